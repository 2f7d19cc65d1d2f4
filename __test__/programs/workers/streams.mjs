// Streams at work over the ends that it is given, until it is terminated.

import { Socket } from 'socketpair'
import { parentPort, workerData } from 'node:worker_threads'

const [duplexed, web] = workerData.fds.map((/** @type {number} */ fd) => Socket.fromFd(fd))
const duplex = duplexed.toDuplex().resume()
const fill = () => {
  while (duplex.write(Buffer.alloc(workerData.size)));
}
duplex.on('drain', fill)
fill()
const reader = web.readable.getReader({ mode: 'byob' })
const writer = web.writable.getWriter()
async function read() {
  let view = new Uint8Array(workerData.size)
  for (;;) view = new Uint8Array((await reader.read(view)).value.buffer)
}
async function write() {
  for (;;) await writer.write(Buffer.alloc(workerData.size))
}
void read()
void write()
parentPort?.postMessage('at work')
