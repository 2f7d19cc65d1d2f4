// Channel, raw: sends messages of argv[2] bytes until the other side is gone.

import { Channel, Socket } from 'socketpair'
import { pattern } from './pattern.js'
import { ignorePeerGone } from './peer-gone.js'

const channel = new Channel(Socket.fromFd(3))
const message = pattern(Number(process.argv[2]))

/** From here on `send` copies nothing, while `trySend` has to where the system does not take all at once. */
const large = 32_768

try {
  if (message.length >= large) for (;;) await channel.send(message)
  for (;;) if (!channel.trySend(message)) await channel.send(message)
} catch (error) {
  ignorePeerGone(error)
}
