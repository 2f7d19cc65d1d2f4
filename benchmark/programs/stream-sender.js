// Writes blocks of argv[2] bytes until the other side is gone.

import { Socket } from 'socketpair'
import { pattern } from './pattern.js'
import { ignorePeerGone } from './peer-gone.js'

const socket = /** @type {import('socketpair').StreamSocket} */ (Socket.fromFd(3))
const block = pattern(Number(process.argv[2]))

try {
  for (;;) await socket.write(block)
} catch (error) {
  ignorePeerGone(error)
}
