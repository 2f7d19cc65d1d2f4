// Channel, raw: sends messages of argv[2] bytes until the other side is gone.

import * as socketpair from 'socketpair'
import { pattern } from './pattern.js'
import { ignorePeerGone } from './peer-gone.js'

const { Channel } = /** @type {any} */ (socketpair)
const channel = new Channel(socketpair.Socket.fromFd(3))
const message = pattern(Number(process.argv[2]))

try {
  for (;;) if (!channel.trySend(message)) await channel.send(message)
} catch (error) {
  ignorePeerGone(error)
}
