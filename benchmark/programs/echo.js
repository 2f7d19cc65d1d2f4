// Sends back what it reads, until the other side is gone.

import { Socket } from 'socketpair'
import { ignorePeerGone } from './peer-gone.js'

const socket = /** @type {import('socketpair').StreamSocket} */ (Socket.fromFd(3))
const buffer = Buffer.alloc(65_536)

try {
  for (;;) {
    const bytesRead = await socket.read(buffer)
    if (bytesRead === 0) break
    await socket.write(buffer.subarray(0, bytesRead))
  }
} catch (error) {
  ignorePeerGone(error)
}
socket.close()
