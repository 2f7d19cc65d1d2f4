// Channel, raw: receives messages of argv[2] bytes as views, for as long as the window lasts.

import { Channel, Socket } from 'socketpair'
import { Checker, isChecking } from './pattern.js'
import { ThroughputWindow } from './throughput.js'

const channel = new Channel(Socket.fromFd(3))
const size = Number(process.argv[2])
const throughput = new ThroughputWindow(size)
const checker = new Checker(size)

let over = false
while (!over) {
  const messages = await channel.recvMany()
  if (messages === null) throw new Error('the messages ended before the window did')
  let bytes = 0
  for (const message of messages) {
    if (isChecking) checker.takeMessage(message)
    bytes += message.length
  }
  over = throughput.add(bytes, messages.length)
}
process.exit(0)
