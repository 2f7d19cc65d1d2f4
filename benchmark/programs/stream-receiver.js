// Reads into a buffer of argv[2] bytes for as long as the window lasts.

import { Socket } from 'socketpair'
import { ThroughputWindow } from './throughput.js'

const socket = /** @type {import('socketpair').StreamSocket} */ (Socket.fromFd(3))
const buffer = Buffer.alloc(Number(process.argv[2]))
const throughput = new ThroughputWindow(buffer.length)

let over = false
while (!over) {
  const bytesRead = await socket.read(buffer)
  if (bytesRead === 0) throw new Error('the stream ended before the window did')
  over = throughput.add(bytesRead)
}
socket.close()
