// Workers end in the middle of their relays, one after the other; what they had is freed each time.

import { Worker } from 'node:worker_threads'
import { relay, socketpair } from 'socketpair'
import { descriptorsComeBackTo, openDescriptors, same, warmUp } from './support.mjs'

const how = process.argv[2] ?? ''
const rounds = Number(process.argv[3])

// A relay of this thread, which none of them may disturb.
const [client, a] = socketpair()
const [b, server] = socketpair()
const relaying = relay(a, b)
const buffer = Buffer.alloc(4)

await warmUp()
let before = 0
for (let round = 0; round < rounds; round++) {
  const worker = new Worker(new URL('relaying.mjs', import.meta.url), { workerData: { how } })
  worker.on('error', (error) => same(error.message, 'planned'))
  const exited = new Promise((resolve) => worker.once('exit', resolve))
  // Not once(): it rejects at 'error', which may come first.
  await new Promise((resolve) => worker.once('message', resolve))
  if (how === 'terminate') worker.terminate()
  await exited
  await client.write('ping')
  await server.readExactly(buffer)
  same(buffer.toString(), 'ping')
  if (round === 0) before = openDescriptors()
}
await descriptorsComeBackTo(before)
client.shutdown('write')
server.shutdown('write')
same((await relaying).aToB, rounds * 4, 'bytes relayed')
console.log('every worker left')
