// Receives the ends of many pairs and sends back what comes over each, until the other side is gone.

import { Socket, StreamSocket } from 'socketpair'
import { ignorePeerGone } from './peer-gone.js'

const control = /** @type {import('socketpair').SeqpacketSocket} */ (Socket.fromFd(3))

/** @param {StreamSocket} end */
async function echo(end) {
  const buffer = Buffer.alloc(64)
  try {
    for (;;) {
      const bytesRead = await end.read(buffer)
      if (bytesRead === 0) break
      await end.write(buffer.subarray(0, bytesRead))
    }
  } catch (error) {
    ignorePeerGone(error)
  }
  end.close()
}

/** @type {Promise<void>[]} */
const echoes = []
for await (const { fds } of control) {
  for (const fd of fds) {
    const end = Socket.fromFd(fd.take())
    if (end instanceof StreamSocket) echoes.push(echo(end))
  }
  await control.send(Buffer.from([1]))
}
await Promise.all(echoes)
