// Receives messages of argv[2] bytes, as many as there are with each call, for as long as the window
// lasts.

import { MessageBatch, Socket } from 'socketpair'
import { Checker, isChecking } from './pattern.js'
import { ThroughputWindow } from './throughput.js'

const socket = /** @type {import('socketpair').SeqpacketSocket} */ (Socket.fromFd(3))
const size = Number(process.argv[2])
const batch = new MessageBatch()
const throughput = new ThroughputWindow(size)
const checker = new Checker(size)

let over = false
while (!over) {
  const count = await socket.recvMany(batch)
  if (count === 0) throw new Error('the messages ended before the window did')
  let bytes = 0
  for (let i = 0; i < count; i++) {
    const message = batch.message(i)
    if (isChecking) checker.takeMessage(message)
    bytes += message.length
  }
  over = throughput.add(bytes, count)
}
socket.close()
