// Echoes what comes on the stream whose number it is given, until the end; then says how much it was.

import { parentPort, workerData } from 'node:worker_threads'
import { Socket } from 'socketpair'

const end = /** @type {import('socketpair').StreamSocket} */ (Socket.fromFd(workerData.fd))
const buffer = Buffer.alloc(10_000)
let bytes = 0
for (;;) {
  const landed = await end.read(buffer)
  if (landed === 0) break
  await end.write(buffer.subarray(0, landed))
  bytes += landed
}
end.shutdown('write')
parentPort?.postMessage({ bytes, fd: end.detach() })
