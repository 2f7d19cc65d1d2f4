// Answers each message on descriptor 3, busy for argv[2] microseconds first, so that who asks has to wait.

import { Channel, Socket } from 'socketpair'

const channel = new Channel(Socket.fromFd(3))
const delay = Number(process.argv[2]) / 1000
for await (const message of channel) {
  const until = performance.now() + delay
  while (performance.now() < until);
  await channel.send(message)
  await channel.flush()
}
