// net.Socket: reads for as long as the window lasts, by 'data' events or, with "onread" as argv[3],
// into one buffer of argv[2] bytes.

import { Socket } from 'node:net'
import { ThroughputWindow } from './throughput.js'

const size = Number(process.argv[2])
const throughput = new ThroughputWindow(size)

/** @param {number} bytesRead */
function add(bytesRead) {
  if (throughput.add(bytesRead)) process.exit(0)
  return true
}

if (process.argv[3] === 'onread') {
  const socketOptions = { fd: 3, onread: { buffer: Buffer.alloc(size), callback: add } }
  new Socket(socketOptions).resume()
} else {
  new Socket({ fd: 3 }).on('data', (chunk) => add(chunk.length))
}
