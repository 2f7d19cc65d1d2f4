// Terminates workers that have operations pending in both directions, again and again, while this side
// writes to them and reads from them.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { socketpair } from 'socketpair'
import { descriptorsComeBackTo, openDescriptors, same, warmUp } from './support.mjs'

const rounds = Number(process.argv[2])
const size = Number(process.argv[3] ?? 4096)
const file = new URL('workers/waits.mjs', import.meta.url)

/** @param {Promise<unknown>} operation */
async function untilGone(operation) {
  try {
    await operation
  } catch (error) {
    const { code } = /** @type {{ code: string }} */ (error)
    if (!['EPIPE', 'ECONNRESET', 'ECANCELED'].includes(code)) throw error
  }
}

/** @param {import('socketpair').StreamSocket} end */
async function flood(end) {
  for (;;) await end.write(Buffer.alloc(size))
}

await warmUp()
let before = 0
for (let round = 0; round < rounds; round++) {
  const streams = Array.from({ length: 8 }, () => socketpair())
  const [messages, theirMessages] = socketpair('seqpacket')
  const fds = streams.map(([, there]) => there.detach())
  fds.push(theirMessages.detach())
  const worker = new Worker(file, { workerData: { fds, size } })
  await once(worker, 'message')
  const pending = streams.map(([here]) => untilGone(flood(here)))
  pending.push(untilGone(messages.recv()))
  // Sometimes in the middle of the flood, sometimes before any of it was seen.
  if (round % 3 > 0) await new Promise((resolve) => setImmediate(resolve))
  if (round % 3 > 1) await new Promise((resolve) => setTimeout(resolve, 1))
  await worker.terminate()
  // The worker's ends are closed: every operation here hears of it.
  await Promise.all(pending)
  for (const [here] of streams) here.close()
  same(await messages.recv(), null, 'what follows')
  messages.close()
  if (round === 0) before = openDescriptors()
}
await descriptorsComeBackTo(before)
console.log('every worker was terminated')
