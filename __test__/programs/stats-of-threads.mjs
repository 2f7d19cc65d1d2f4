// Another thread has a pair: stats() here counts it, until that thread is terminated.

import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { socketpair, stats } from 'socketpair'
import { turns } from './support.mjs'

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url))
  await once(worker, 'message')
  const during = stats().openEnds
  await worker.terminate()
  // Deno tells of the end before it is one.
  const deadline = Date.now() + 10_000
  while (stats().openEnds > 0 && Date.now() < deadline) await turns(1)
  console.log(`${during} more while it runs, ${stats().openEnds} when it has ended`)
} else {
  const [here, there] = socketpair()
  await Promise.all([here.read(Buffer.alloc(1)), there.write('xx')].slice(1))
  parentPort?.postMessage('made')
  // Waits until it is terminated.
  await there.read(Buffer.alloc(1))
}
