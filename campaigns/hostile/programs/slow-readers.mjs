// Peers that read a few bytes now and then: what waits for them is bounded, and ends by close or abort.

import { Channel, socketpair } from 'socketpair'
import { allEnded, endPeer, ENOUGH, follow, play, random, sleep, startPeer } from '../scene.js'

/** @param {() => Promise<unknown>} operation */
async function repeat(operation) {
  for (let times = 0; times < 1_000_000; times++) await operation()
}

/** @type {readonly ((end: any, signal: AbortSignal) => void)[]} */
const uses = [
  (end, signal) => void follow('write', end.write(Buffer.alloc(32 << 20), { signal })),
  (end, signal) => {
    const channel = new Channel(end)
    void follow(
      'send',
      repeat(() => channel.send(Buffer.alloc(500), { signal })),
    )
    void follow(
      'request',
      repeat(() => channel.request(Buffer.alloc(500), { timeout: 50 })),
    )
  },
  (end) => {
    const channel = new Channel(end)
    void follow(
      'trySend',
      repeat(async () => void (channel.trySend('a value') || (await sleep(1)))),
    )
  },
  (end) => {
    const writer = end.writable.getWriter()
    writer.closed.catch(() => {})
    void follow(
      'web',
      repeat(() => writer.ready.then(() => writer.write(Buffer.alloc(50_000)))),
    )
  },
  (end) => {
    const duplex = end.toDuplex().on('error', () => {})
    const more = () => {
      while (!duplex.destroyed && duplex.write(Buffer.alloc(10_000)));
    }
    duplex.on('drain', more)
    more()
  },
]

await play(async () => {
  const controller = new AbortController()
  const readers = Array.from({ length: 4 }, () => {
    const [here, there] = socketpair()
    const peer = startPeer('reads-slowly.py', [], [there])
    random.pick(uses)(here, controller.signal)
    return { peer, here }
  })
  await sleep(random.between(200, 800))
  controller.abort(ENOUGH)
  await sleep(random.below(20))
  for (const { here } of readers) here.close()
  await allEnded()
  for (const { peer } of readers) await endPeer(peer)
})
