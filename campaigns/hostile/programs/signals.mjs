// Peers that are stopped, go on, and are killed in the middle of traffic.

import { Channel, relay, socketpair } from 'socketpair'
import { allEnded, endPeer, follow, play, random, sleep, startPeer } from '../scene.js'

const PEERS = 6

/** @param {() => Promise<unknown>} operation */
async function repeat(operation) {
  for (let times = 0; times < 1_000_000; times++) await operation()
}

/** @type {readonly ((end: any) => any[])[]} */
const uses = [
  (end) => {
    void follow(
      'write',
      repeat(() => end.write(Buffer.alloc(20_000))),
    )
    void follow(
      'read',
      repeat(() => end.readExactly(Buffer.alloc(1000))),
    )
    return []
  },
  (end) => {
    const channel = new Channel(end)
    void follow(
      'send',
      repeat(() => channel.send(Buffer.alloc(1000))),
    )
    void follow(
      'recv',
      repeat(() => channel.recv()),
    )
    return []
  },
  (end) => {
    const [here, near] = socketpair()
    void follow('relay', relay(near, end))
    void follow(
      'write',
      repeat(() => here.write(Buffer.alloc(20_000))),
    )
    void follow(
      'read',
      repeat(() => here.readExactly(Buffer.alloc(1000))),
    )
    return [here, near]
  },
  (end) => {
    const duplex = end.toDuplex().on('error', () => {})
    duplex.resume()
    for (let i = 0; i < 50; i++) duplex.write(Buffer.alloc(20_000))
    return []
  },
]

await play(async () => {
  /** @type {any[]} */
  const ends = []
  const peers = Array.from({ length: PEERS }, () => {
    const [here, there] = socketpair()
    const peer = startPeer('echoes.py', [], [there])
    ends.push(here, ...random.pick(uses)(here))
    return peer
  })
  let signals = 0
  for (let i = random.between(5, 30); i > 0; i--) {
    random.pick(peers).kill(random.pick(['SIGSTOP', 'SIGSTOP', 'SIGCONT', 'SIGCONT', 'SIGKILL']))
    signals++
    await sleep(random.below(30))
  }
  for (const end of ends) end.close()
  await allEnded()
  for (const peer of peers) await endPeer(peer)
  return { signals }
})
