// A worker that leaves every kind of operation pending, and waits for its end.

import { parentPort, workerData } from 'node:worker_threads'
import { Channel, MessageBatch, Socket, relay, socketpair, transfer } from 'socketpair'
import { Random } from '../../shared/random.js'

const random = new Random(workerData.seed)
const large = Buffer.alloc(8 << 20)

/** Nothing of what a worker waits for matters once it is gone. */
const ignore = () => {}

/** @param {any} promise */
const leave = (promise) => void promise.catch(ignore)

/** @type {readonly ((end: any) => void)[]} */
const onStreams = [
  (end) => {
    leave(end.write(large))
    leave(end.writev([large, large]))
  },
  (end) => {
    for (let i = 0; i < 8; i++) leave(end.read(Buffer.alloc(4096), { timeout: 1e6 }))
    leave(end.readExactly(Buffer.alloc(100_000)))
    leave(end.readMessage(Buffer.alloc(100)))
  },
  (end) => {
    const { signal } = new AbortController()
    leave(end.readv([Buffer.alloc(10), Buffer.alloc(10)], { signal }))
    leave(end.readChunk(undefined, { signal, timeout: 1e6 }))
  },
  (end) => {
    const duplex = end.toDuplex().on('error', ignore)
    duplex.resume()
    duplex.write(large)
  },
  (end) => {
    leave(end.readable.pipeTo(new WritableStream()))
    leave(end.writable.getWriter().write(large))
  },
  (end) => {
    const [near] = socketpair()
    leave(relay(end, near))
  },
  (end) => {
    const channel = new Channel(end)
    channel.onRequest(() => new Promise(() => {}))
    leave(channel.recvMany())
    leave(channel.request('never answered'))
    for (const size of [10, 40_000, 1e6]) leave(channel.send(Buffer.alloc(size)))
    leave(channel.flush())
  },
  (end) => void transfer(end, { timeout: 5 }),
]

/** @type {readonly ((end: any) => void)[]} */
const onMessages = [
  (end) => {
    for (let i = 0; i < 8; i++) leave(end.recv({ timeout: 1e6 }))
    leave(end.recvMany(new MessageBatch()))
  },
  (end) => {
    for (let i = 0; i < 600; i++)
      leave(end.send(Buffer.alloc(1000), i % 100 === 0 ? { fds: [end] } : {}))
    leave(end.sendMany([large.subarray(0, 1000), large.subarray(0, 1000)]))
  },
  (end) => {
    const channel = new Channel(end, { codec: 'v8' })
    leave(channel.recvMessage())
    leave(channel.request({ never: 'answered' }))
    for (let i = 0; i < 50; i++) leave(channel.send(Buffer.alloc(60_000)))
  },
  (end) => void end.toDuplex().on('error', ignore).resume(),
]

for (const fd of workerData.fds) {
  const end = Socket.fromFd(fd)
  random.pick(end.type === 'stream' ? onStreams : onMessages)(end)
}
parentPort?.postMessage('waiting')
