// Takes over ends by their numbers and waits on them in both directions.

import { parentPort, workerData } from 'node:worker_threads'
import { Socket } from 'socketpair'

const { fds, size } = workerData

for (const fd of fds) {
  const end = Socket.fromFd(fd)
  if (end.type === 'stream') {
    const stream = /** @type {import('socketpair').StreamSocket} */ (end)
    stream.write(Buffer.alloc(8 << 20))
    const buffer = Buffer.alloc(size)
    const loop = async () => {
      for (;;) await stream.read(buffer)
    }
    loop()
  } else {
    const messages = /** @type {import('socketpair').SeqpacketSocket} */ (end)
    for (let i = 0; i < 32; i++) {
      messages.recv()
    }
  }
}
parentPort?.postMessage('waiting')
