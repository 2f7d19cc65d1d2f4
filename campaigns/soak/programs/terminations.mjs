// Terminates workers that have every kind of operation pending, while this side talks to them.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { socketpair, stats } from 'socketpair'
import { comesTrue } from '../../shared/own-process.js'
import { begin, fault, hasTime, started, report } from '../../shared/program.js'
import { Random } from '../../shared/random.js'
import { Watch } from '../../shared/watch.js'

const file = new URL('everything-pending.mjs', import.meta.url)
const random = new Random(started.seed)
const most = Number(started.args[0])

/** Workers of a round. */
const AT_ONCE = 4

/** What this side's operations may end with when the worker is gone. */
const GONE = new Set(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ENOTCONN', 'ECANCELED', 'EBADF'])

/** @param {Promise<any>} operation */
async function untilGone(operation) {
  try {
    const message = await operation
    for (const received of message?.fds ?? []) received.close()
  } catch (error) {
    if (!GONE.has(/** @type {{ code: string }} */ (error).code)) throw error
  }
}

/** @param {any} end */
async function floods(end) {
  for (;;) await end.write(Buffer.alloc(5000))
}

async function terminateOne() {
  const types = Array.from({ length: 6 }, () => {
    return random.pick(/** @type {const} */ (['stream', 'stream', 'dgram', 'seqpacket']))
  })
  const pairs = types.map((type) => /** @type {any[]} */ (socketpair(type)))
  const fds = pairs.map(([, there]) => there.detach())
  const worker = new Worker(file, { workerData: { fds, seed: random.word() } })
  await once(worker, 'message')
  const ours = pairs.map(([here]) => {
    if (here.type === 'dgram') return here.send('x')
    if (here.type === 'seqpacket') return here.recv()
    return random.once(2) ? floods(here) : here.readChunk()
  })
  const watched = ours.map(untilGone)
  const when = random.below(3)
  if (when > 0) await new Promise((resolve) => setImmediate(resolve))
  if (when > 1) await new Promise((resolve) => setTimeout(resolve, random.below(3)))
  await worker.terminate()
  await Promise.all(watched)
  for (const [here] of pairs) here.close()
}

begin(started.seed)
// A worker's start takes long, and what it needs once is made by the first few.
const watch = new Watch(4)
let terminations = 0
while (watch.warming || (terminations < most && (most < Infinity || hasTime()))) {
  await Promise.all(Array.from({ length: AT_ONCE }, terminateOne))
  terminations += AT_ONCE
  if (!(await comesTrue(() => stats().openEnds === 0 && stats().receivedFds === 0))) {
    fault(`the workers are gone, and stats() says ${JSON.stringify(stats())}`)
  }
  await watch.look()
}
report({ terminations, ...watch.end() })
process.exit(0)
