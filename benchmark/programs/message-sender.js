// Sends messages of argv[2] bytes, one by one, until the other side is gone.

import { Socket } from 'socketpair'
import { pattern } from './pattern.js'
import { ignorePeerGone } from './peer-gone.js'

const socket = /** @type {import('socketpair').SeqpacketSocket} */ (Socket.fromFd(3))
const message = pattern(Number(process.argv[2]))

try {
  for (;;) await socket.send(message)
} catch (error) {
  ignorePeerGone(error)
}
