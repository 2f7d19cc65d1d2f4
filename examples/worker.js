// An end for a worker thread: detach() here gives the descriptor up, fromFd() there adopts it. From then
// on the two threads exchange messages through the kernel, each with promises of its own.
//
//   node examples/worker.js        (after `npm run build`)

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { SeqpacketSocket, Socket, socketpair } from 'socketpair'

if (isMainThread) {
  const [ours, theirs] = socketpair('seqpacket')
  // A number can be handed to a thread, an object can't. The descriptor has one owner at any time.
  const worker = new Worker(new URL(import.meta.url), { workerData: theirs.detach() })
  const ended = once(worker, 'exit')

  await ours.send('hello')
  console.log((await ours.recv())?.data.toString()) // 2cf24dba5fb0
  await ours.send('')
  console.log((await ours.recv())?.data.toString()) // e3b0c44298fc

  ours.close()
  const [status] = await ended
  console.log(`the worker ended with ${status}`) // the worker ended with 0
} else {
  const end = Socket.fromFd(workerData)
  if (!(end instanceof SeqpacketSocket)) throw new TypeError(`a ${end.type} end came`)
  // Ends when the other end is closed.
  for await (const { data } of end) {
    await end.send(createHash('sha256').update(data).digest('hex').slice(0, 12))
  }
  end.close()
}
