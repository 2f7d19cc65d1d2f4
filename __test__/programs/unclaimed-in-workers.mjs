// Workers that end with descriptors received: looked at, not looked at, queued, and held by sends that wait.

import { Worker } from 'node:worker_threads'
import { descriptorsComeBackTo, openDescriptors, warmUp } from './support.mjs'

const how = process.argv[2]
const file = new URL('workers/holds-descriptors.mjs', import.meta.url)

await warmUp()
let before = 0
for (let round = 0; round < 12; round++) {
  const worker = new Worker(file, { workerData: { how }, stderr: true })
  const exited = new Promise((resolve) => worker.once('exit', resolve))
  worker.once('error', (error) => {
    if (error.message !== 'planned') throw error
  })
  // Not once(): that rejects if the planned error comes first.
  await new Promise((resolve) => worker.once('message', resolve))
  if (how === 'terminate') await worker.terminate()
  await exited
  if (round === 1) {
    // What a first worker starts stays.
    before = openDescriptors()
  }
}
await descriptorsComeBackTo(before)
console.log('every descriptor came back')
