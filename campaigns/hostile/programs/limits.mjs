// The limit of descriptors is lowered and raised while this process makes, receives and relays.

import { Channel, relay, socketpair, transfer } from 'socketpair'
import { allEnded, endPeer, follow, play, random, sleep, startPeer } from '../scene.js'
import { fault } from '../../shared/program.js'

/** What this process says when it may have no more descriptors. */
const NO_MORE = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EBADF', 'EAGAIN', 'ECANCELED', 'EBUSY'])

/** @type {any[]} */
let ends = []

/** @type {readonly (() => void)[]} */
const acts = [
  () =>
    void ends.push(
      ...socketpair(random.pick(/** @type {const} */ (['stream', 'dgram', 'seqpacket']))),
    ),
  () => {
    const pair = socketpair()
    ends.push(...pair)
    void follow('read', pair[0].read(Buffer.alloc(10)))
  },
  () => {
    const [here, there] = socketpair('seqpacket')
    ends.push(here, there)
    void follow('send descriptors', here.send('x', { fds: Array.from({ length: 20 }, () => here) }))
    void follow('recv descriptors', there.recv())
  },
  () => {
    const [here, near] = socketpair()
    const [next, there] = socketpair()
    ends.push(here, near, next, there)
    void follow('relay', relay(near, next))
    void follow('write', here.write('through'))
  },
  () => {
    const [here, there] = socketpair()
    ends.push(here, there)
    void follow('recv', new Channel(there).recv())
    void follow('send', new Channel(here).send(Buffer.alloc(100_000)))
  },
  () => void transfer(socketpair()[0], { timeout: 1 }),
]

await play(async () => {
  const lowering = startPeer('limits.py', [process.pid], [])
  ends = []
  let refused = 0
  const until = performance.now() + random.between(200, 800)
  while (performance.now() < until) {
    try {
      random.pick(acts)()
    } catch (error) {
      const { code } = /** @type {{ code: string }} */ (error)
      if (!NO_MORE.has(code)) fault('refused with another error', error)
      refused++
    }
    if (random.once(4)) await sleep(1)
    if (ends.length > 400) for (const end of ends.splice(0, 200)) end.close()
  }
  lowering.kill('SIGTERM')
  await endPeerSoftly(lowering)
  for (const end of ends) end.close()
  // What is referenced no more: the peers of what was transferred.
  globalThis.gc?.()
  await sleep(5)
  await allEnded()
  return { refused }
})

/** It sets the limit back before it goes. @param {import('node:child_process').ChildProcess} child */
async function endPeerSoftly(child) {
  for (let i = 0; i < 200 && child.exitCode === null && child.signalCode === null; i++)
    await sleep(5)
  await endPeer(child)
}
