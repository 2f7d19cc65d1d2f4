// Sends on descriptor 3 without end, until it is killed or nobody is left to read.

import { Socket } from 'socketpair'

const end = Socket.fromFd(3)
const bytes = Buffer.alloc(end.type === 'stream' ? 64 * 1024 : 64)
try {
  for (;;) await ('send' in end ? end.send(bytes) : end.write(bytes))
} catch (error) {
  const { code } = /** @type {{ code: string }} */ (error)
  if (code !== 'EPIPE' && code !== 'ECONNRESET') throw error
}
