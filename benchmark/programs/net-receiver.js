// net.Socket: reads blocks of argv[2] bytes for as long as the window lasts, by 'data' events or, with
// "onread" as argv[3], into one buffer of that size or of argv[4] bytes.

import { Socket } from 'node:net'
import { Checker, isChecking } from './pattern.js'
import { ThroughputWindow } from './throughput.js'

const size = Number(process.argv[2])
const buffer = Buffer.alloc(Number(process.argv[4] ?? size))
const throughput = new ThroughputWindow(buffer.length)
const checker = new Checker(size)

/** @param {number} bytesRead */
function add(bytesRead) {
  if (throughput.add(bytesRead)) process.exit(0)
  return true
}

if (process.argv[3] === 'onread') {
  const callback = (/** @type {number} */ bytesRead) => {
    if (isChecking) checker.take(buffer.subarray(0, bytesRead))
    return add(bytesRead)
  }
  const socketOptions = { fd: 3, onread: { buffer, callback } }
  new Socket(socketOptions).resume()
} else {
  new Socket({ fd: 3 }).on('data', (chunk) => {
    if (isChecking) checker.take(chunk)
    add(chunk.length)
  })
}
