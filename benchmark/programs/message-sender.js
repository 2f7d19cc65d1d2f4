// Sends messages of argv[2] bytes, one by one, until the other side is gone.

import { Socket } from 'socketpair'
import { ignorePeerGone } from './peer-gone.js'

const socket = /** @type {import('socketpair').SeqpacketSocket} */ (Socket.fromFd(3))
const message = Buffer.alloc(Number(process.argv[2]), 1)

try {
  for (;;) await socket.send(message)
} catch (error) {
  ignorePeerGone(error)
}
