// Ends workers whose channels have sends and receives pending, again and again, while this side floods them.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Channel, socketpair } from 'socketpair'
import { descriptorsComeBackTo, leaveWaiting, openDescriptors, warmUp } from './support.mjs'

const how = process.argv[2]
const rounds = Number(process.argv[3])
const file = new URL('workers/channels.mjs', import.meta.url)

await warmUp()
let before = 0
for (let round = 0; round < rounds; round++) {
  const pairs = [socketpair(), socketpair(), socketpair('seqpacket'), socketpair('seqpacket')]
  const fds = pairs.map(([, there]) => there.detach())
  const worker = new Worker(file, { workerData: { fds, how } })
  const exited = once(worker, 'exit')
  await once(worker, 'message')
  const channels = pairs.map(([here]) => new Channel(here))
  for (const channel of channels) leaveWaiting(channel)
  if (round % 3 > 0) await new Promise((resolve) => setImmediate(resolve))
  if (round % 3 > 1) await new Promise((resolve) => setTimeout(resolve, 1))
  if (how === 'terminate') await worker.terminate()
  await exited
  // Its ends are closed: whatever still waits here hears of it, and closing waits for nothing.
  for (const channel of channels) await channel.close().catch(() => {})
  if (round === 0) before = openDescriptors()
}
await descriptorsComeBackTo(before)
console.log('every worker left')
