// Values through channels of each type, both ways and with waits on both sides; says what told of readiness.

import { Channel, socketpair, supported } from 'socketpair'
import { same } from './support.mjs'

const SIZES = [0, 1, 64, 5000, 32_767, 32_768, 65_536, 100_000]

/** @param {import('socketpair').SocketType} type */
async function talk(type) {
  const [here, there] = socketpair(/** @type {'stream'} */ (type))
  const [a, b] = [new Channel(here, { codec: 'v8' }), new Channel(there, { codec: 'v8' })]
  b.onRequest((value) => ({ answer: value }))
  /** @type {unknown[]} */
  const seen = []
  const receiving = (async () => {
    while (seen.length < SIZES.length * 10) seen.push((await b.recv()).n)
  })()
  for (let n = 0; n < SIZES.length * 10; n++) {
    await a.send({ n, bytes: Buffer.alloc(/** @type {number} */ (SIZES[n % SIZES.length]), n) })
    // Now and then all have gone, so that each side waits for the other.
    if (n % 3 === 0) same((await a.request(n)).answer, n, 'the answer')
  }
  await receiving
  same(seen.join(), seen.map((_, n) => n).join(), 'what arrived')
  const late = a.recv()
  setTimeout(() => b.send('late'), 5)
  same(await late, 'late', 'what came late')
  b.onRequest(null)
  await a.close()
  if (type !== 'dgram') same(await b.recv(), null, 'the end')
  await b.close()
}

for (const type of /** @type {const} */ (['stream', 'seqpacket', 'dgram'])) await talk(type)
console.log(`${supported.readiness}: all arrived`)
