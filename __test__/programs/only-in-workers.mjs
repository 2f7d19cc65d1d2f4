// The addon is loaded in workers only, by one after the other, and never here: with each the runtime
// starts and stops.

import { readFileSync, readdirSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

const how = process.argv[2]
const rounds = Number(process.argv[3])
const together = Number(process.argv[4] ?? 1)
const parks = process.argv[5] === 'parks'
const file = new URL('workers/leaves.mjs', import.meta.url)

const count = () => readdirSync('/proc/self/fd').length

/** The threads of this process that are the package's own. */
const ownThreads = () =>
  readdirSync('/proc/self/task').filter((task) => {
    try {
      return String(readFileSync(`/proc/self/task/${task}/comm`)).startsWith('socketpair-')
    } catch {
      return false
    }
  }).length

async function runOne() {
  const worker = new Worker(file, { workerData: { how, parks } })
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  /** @type {unknown} */
  let failure
  worker.on('error', (error) => (failure = error))
  // Not once(): it rejects at 'error', which may come first.
  await new Promise((resolve) => worker.once('message', resolve))
  if (how === 'terminate') worker.terminate()
  const code = await ended
  const expected = how === 'terminate' || how === 'uncaught error' ? 1 : 0
  if (code !== expected) throw new Error(`exit code ${code}`, { cause: failure })
  const message = failure instanceof Error ? failure.message : undefined
  if (message !== (how === 'uncaught error' ? 'planned' : undefined)) throw failure
}

let before = 0
for (let round = 0; round < rounds; round++) {
  await Promise.all(Array.from({ length: together }, runOne))
  if (round === 0) before = count()
}
for (let round = 0; count() > before || ownThreads() > 0; round++) {
  if (round > 400)
    throw new Error(`${count()} descriptors, ${before} before; ${ownThreads()} threads`)
  await new Promise((resolve) => setTimeout(resolve, 10))
}
console.log('every worker left')
