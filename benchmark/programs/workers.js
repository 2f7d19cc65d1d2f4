// Messages a second of argv[2] workers together, each over a pair of its own.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { measured, report, warmUp } from './window.js'
import { setTimeout as sleep } from 'node:timers/promises'

const count = Number(process.argv[2])
const counts = new BigInt64Array(new SharedArrayBuffer(8 * count))
const workers = Array.from(
  { length: count },
  (_, index) =>
    new Worker(new URL('workers-one.js', import.meta.url), { workerData: { counts, index } }),
)
await Promise.all(workers.map((worker) => once(worker, 'message')))

const total = () => counts.reduce((sum, _, i) => sum + Number(Atomics.load(counts, i)), 0)
await sleep(warmUp)
const before = total()
const start = performance.now()
await sleep(measured)
report({ messages: total() - before, seconds: (performance.now() - start) / 1e3 })
process.exit(0)
