// Reads blocks of argv[2] bytes, into a buffer of that size or of argv[3] bytes, for as long as the
// window lasts.

import { Socket } from 'socketpair'
import { Checker, isChecking } from './pattern.js'
import { ThroughputWindow } from './throughput.js'

const socket = /** @type {import('socketpair').StreamSocket} */ (Socket.fromFd(3))
const size = Number(process.argv[2])
const buffer = Buffer.alloc(Number(process.argv[3] ?? size))
const throughput = new ThroughputWindow(buffer.length)
const checker = new Checker(size)

let over = false
while (!over) {
  const bytesRead = await socket.read(buffer)
  if (bytesRead === 0) throw new Error('the stream ended before the window did')
  if (isChecking) checker.take(buffer.subarray(0, bytesRead))
  over = throughput.add(bytesRead)
}
socket.close()
