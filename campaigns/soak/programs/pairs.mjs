// Opens and closes pairs of every type, in every way that an end can go.

import { setImmediate as turn } from 'node:timers/promises'
import { Socket, receive, socketpair, stats, transfer } from 'socketpair'
import { begin, fault, hasTime, started, report } from '../../shared/program.js'
import { Random } from '../../shared/random.js'
import { Watch } from '../../shared/watch.js'

const AT_ONCE = 64
const random = new Random(started.seed)

/** @type {readonly ((end: any) => any)[]} */
const ways = [
  (end) => end.close(),
  (end) => end[Symbol.dispose](),
  (end) => Socket.fromFd(end.detach()).close(),
  (end) => receive(transfer(end)).close(),
  // It is closed when its time is over.
  (end) => transfer(end, { timeout: 1 }),
  (end) => end.toDuplex().destroy(),
  (end) => {
    const reading = end.type === 'stream' ? end.read(Buffer.alloc(1)) : end.recv()
    end.close()
    // It may have been done before: something was queued, or the peer had gone.
    return reading.catch((/** @type {{ code: string }} */ { code }) => {
      if (code !== 'ECANCELED' && code !== 'ECONNRESET') fault(`a read ended with ${code}`)
    })
  },
]

async function round() {
  const ends = []
  for (let i = 0; i < AT_ONCE; i++) {
    const pair = socketpair(random.pick(/** @type {const} */ (['stream', 'dgram', 'seqpacket'])))
    const [here] = /** @type {any[]} */ (pair)
    // What is queued must not keep a closed pair.
    if (random.once(2)) await (here.type === 'stream' ? here.write('queued') : here.send('queued'))
    ends.push(...pair)
  }
  await Promise.all(ends.map(async (end) => random.pick(ways)(end)))
  await turn()
}

begin(started.seed)
const watch = new Watch()
let pairs = 0
while (hasTime() || watch.warming) {
  await round()
  pairs += AT_ONCE
  for (let tries = 0; stats().openEnds > 0; tries++) {
    if (tries > 2000) fault(`${stats().openEnds} ends are open`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await watch.look()
}
report({ pairs, ...watch.end() })
process.exit(0)
