// A process that shares the description of our end: it takes our bytes, fills the end, shuts it down, changes
// its flags and options. Nothing here may stand still, and everything ends by close or abort.

import { Channel, relay, socketpair } from 'socketpair'
import { fault, started } from '../../shared/program.js'
import { allEnded, endPeer, ENOUGH, follow, play, random, sleep, startPeer } from '../scene.js'

/** Milliseconds that abort and close may take on a busy machine. */
const LONGEST = 2000

const MODES = ['takes', 'fills', 'shuts', 'flips', 'peeks', 'urgent', 'timeouts', 'buffers']

/** @param {() => Promise<unknown>} operation */
async function repeat(operation) {
  for (let times = 0; times < 1_000_000; times++) await operation()
}

/** @type {readonly ((here: any, there: any, signal: AbortSignal) => (() => void) | void)[]} */
const uses = [
  (here, there, signal) => {
    void follow(
      'read',
      repeat(() => here.readExactly(Buffer.alloc(3000), { signal })),
    )
    void follow(
      'write',
      repeat(() => there.write(Buffer.alloc(5000), { signal })),
    )
  },
  (here, there, signal) => {
    void follow(
      'write',
      repeat(() => here.write(Buffer.alloc(100_000), { signal })),
    )
    void follow(
      'read',
      repeat(() => there.read(Buffer.alloc(5000), { signal })),
    )
  },
  (here, there) => {
    const [one, other] = [new Channel(here), new Channel(there)]
    other.onRequest((value) => value)
    void follow(
      'channel',
      repeat(() => one.recv()),
    )
    void follow(
      'request',
      repeat(() => one.request('x')),
    )
    void follow(
      'send',
      repeat(() => other.send(Buffer.alloc(50_000))),
    )
  },
  (here, there, signal) => {
    const [far, near] = socketpair()
    void follow('relay', relay(here, near, { signal }))
    void follow(
      'write',
      repeat(() => far.write(Buffer.alloc(50_000), { signal })),
    )
    void follow(
      'read',
      repeat(() => far.read(Buffer.alloc(50_000), { signal })),
    )
    // The far end of the shared one reads now and then only, so the relay finds it full.
    void follow(
      'slow read',
      repeat(() => sleep(20).then(() => there.read(Buffer.alloc(1000), { signal }))),
    )
    return () => {
      far.close()
      near.close()
    }
  },
]

let rounds = 0
await play(async () => {
  const [here, there] = socketpair()
  const mode = MODES[(started.seed + rounds++) % MODES.length] ?? ''
  // It has our end in common with us, and the peer's to send from where that needs one.
  const sharer = startPeer('sharer', [mode], [here, there], true)
  const controller = new AbortController()
  const alsoClose = random.pick(uses)(here, there, controller.signal)
  await sleep(random.between(100, 500))
  const start = performance.now()
  if (random.once(2)) controller.abort(ENOUGH)
  alsoClose?.()
  here.close()
  there.close()
  const took = performance.now() - start
  if (took > LONGEST) fault(`${mode}: abort and close waited ${took.toFixed(0)} ms`)
  await allEnded()
  await endPeer(sharer)
  return { [mode]: 1, 'most ms to end': took }
})
