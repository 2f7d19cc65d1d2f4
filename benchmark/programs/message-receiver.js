// Receives messages of argv[2] bytes, one by one, for as long as the window lasts.

import { Socket } from 'socketpair'
import { Checker, isChecking } from './pattern.js'
import { ThroughputWindow } from './throughput.js'

const socket = /** @type {import('socketpair').SeqpacketSocket} */ (Socket.fromFd(3))
const buffer = Buffer.alloc(Number(process.argv[2]))
const throughput = new ThroughputWindow(buffer.length)
const checker = new Checker(buffer.length)

let over = false
while (!over) {
  const info = await socket.recvInto(buffer)
  if (info === null) throw new Error('the messages ended before the window did')
  if (isChecking) checker.takeMessage(buffer.subarray(0, info.bytesRead))
  over = throughput.add(info.bytesRead)
}
socket.close()
