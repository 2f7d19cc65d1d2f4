// Sends messages of argv[2] bytes, 64 with each call, until the other side is gone.

import { Socket } from 'socketpair'
import { pattern } from './pattern.js'
import { ignorePeerGone } from './peer-gone.js'

const socket = /** @type {import('socketpair').SeqpacketSocket} */ (Socket.fromFd(3))
const message = pattern(Number(process.argv[2]))
const messages = Array.from({ length: 64 }, () => message)

try {
  for (;;) await socket.sendMany(messages)
} catch (error) {
  ignorePeerGone(error)
}
