// Values over channels: as messages, as requests, and over streams of Node and of the web.

import { Channel, socketpair } from 'socketpair'
import { Arrived, contentAt } from './content.js'

/** @typedef {import('../../shared/random.js').Random} Random */

const MESSAGES = 400

/**
 * @param {Random} random
 * @param {(index: number) => any} valueOf
 * @param {any} options
 * @param {(value: any, index: number) => void} check
 */
async function exchange(random, valueOf, options, check) {
  const type = random.pick(/** @type {const} */ (['stream', 'seqpacket']))
  const pair = /** @type {any[]} */ (socketpair(type))
  const overDuplex = type === 'stream' && random.once(3)
  const [here, there] = pair.map((end) => new Channel(overDuplex ? end.toDuplex() : end, options))
  const sender = /** @type {any} */ (here)
  const receiver = /** @type {any} */ (there)
  const sending = async () => {
    for (let index = 0; index < MESSAGES; index++) {
      const sent = sender.send(valueOf(index))
      if (random.once(2)) await sent
      else sent.catch(() => {})
    }
    await sender.close()
  }
  const receiving = async () => {
    let index = 0
    while (index < MESSAGES) {
      const values = random.once(2)
        ? [await receiver.recv()]
        : await receiver.recvMany({ copy: true })
      for (const value of values) check(value, index++)
    }
    await receiver.close()
  }
  await Promise.all([receiving(), sending()])
  return MESSAGES
}

/** @param {Random} random */
export async function raw(random) {
  const sizes = Array.from(
    { length: MESSAGES },
    () => 1 + random.below(random.pick([100, 5000, 90_000])),
  )
  const starts = sizes.map((_, index) => sizes.slice(0, index).reduce((sum, size) => sum + size, 0))
  const arrived = new Arrived()
  const valueOf = (/** @type {number} */ index) => contentAt(starts[index] ?? 0, sizes[index] ?? 0)
  await exchange(random, valueOf, {}, (value) => arrived.take(value))
  return arrived.end(sizes.reduce((sum, size) => sum + size, 0))
}

/** @param {number} index */
const numbered = (index) => ({ index, text: 'x'.repeat(index * 7) })

/** @param {'json' | 'v8'} codec */
const values = (codec) => (/** @type {Random} */ random) => {
  return exchange(random, numbered, { codec }, (value, index) => {
    if (value.index !== index || value.text.length !== index * 7) throw new Error(`value ${index}`)
  })
}

export const json = values('json')
export const v8 = values('v8')

/** @param {Random} random */
export async function requests(random) {
  const [a, b] = socketpair(random.pick(/** @type {const} */ (['stream', 'seqpacket'])))
  const here = new Channel(a, { codec: 'json' })
  const there = new Channel(b, { codec: 'json' })
  there.onRequest(async (asked) => {
    const { number } = /** @type {{ number: number }} */ (asked)
    if (number % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
    return { answer: number * 2 }
  })
  const ask = async (/** @type {number} */ number) => {
    const { answer } = /** @type {any} */ (await here.request({ number }))
    if (answer !== number * 2) throw new Error(`the answer to ${number} was ${answer}`)
  }
  for (let from = 0; from < MESSAGES; from += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, index) => ask(from + index)))
  }
  await here.close()
  await there.close()
  return MESSAGES
}
