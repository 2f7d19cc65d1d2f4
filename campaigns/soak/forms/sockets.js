// Bytes over the sockets themselves.

import { MessageBatch, relay, socketpair } from 'socketpair'
import { Arrived, contentAt } from './content.js'

/** @typedef {import('../../shared/random.js').Random} Random */

const BYTES = 4 << 20

/**
 * Lengths that add up to what one round moves.
 *
 * @param {Random} random
 * @param {number} longest
 */
function* lengths(random, longest) {
  for (let left = BYTES; left > 0;) {
    const length = Math.min(left, 1 + random.below(random.pick([100, 5000, longest])))
    yield length
    left -= length
  }
}

/**
 * @param {any} end
 * @param {Random} random
 */
async function writeAll(end, random) {
  let offset = 0
  for (const length of lengths(random, 1 << 18)) {
    const bytes = contentAt(offset, length)
    if (random.once(3)) {
      const cut = random.below(length)
      await end.writev([bytes.subarray(0, cut), bytes.subarray(cut)])
    } else await end.write(bytes)
    offset += length
  }
  end.shutdown('write')
}

/**
 * @param {any} end
 * @param {Random} random
 */
async function readAll(end, random) {
  const arrived = new Arrived()
  const buffer = Buffer.alloc(1 << 17)
  for (;;) {
    const way = random.below(3)
    if (way === 0) {
      const chunk = await end.readChunk(1 + random.below(1 << 17))
      if (chunk === null) return arrived
      arrived.take(chunk)
    } else {
      const cut = random.below(buffer.length)
      const length =
        way === 1
          ? await end.read(buffer)
          : await end.readv([buffer.subarray(0, cut), buffer.subarray(cut)])
      if (length === 0) return arrived
      arrived.take(buffer.subarray(0, length))
    }
  }
}

/** @param {Random} random */
export async function stream(random) {
  const [here, there] = socketpair()
  const [arrived] = await Promise.all([readAll(there, random), writeAll(here, random)])
  here.close()
  there.close()
  return arrived.end(BYTES)
}

/** @param {Random} random */
export async function relayed(random) {
  const [here, first] = socketpair()
  const [second, there] = socketpair()
  const relaying = relay(first, second)
  const [arrived] = await Promise.all([readAll(there, random), writeAll(here, random)])
  there.close()
  here.close()
  await relaying
  first.close()
  second.close()
  return arrived.end(BYTES)
}

/**
 * @param {any} end
 * @param {Random} random
 */
async function sendAll(end, random) {
  let offset = 0
  /** @type {Buffer[]} */
  let batch = []
  for (const length of lengths(random, 60_000)) {
    const bytes = contentAt(offset, length)
    offset += length
    batch.push(bytes)
    if (batch.length < 8) continue
    if (random.once(2)) await end.sendMany(batch)
    else for (const each of batch) await end.send(each)
    batch = []
  }
  await end.sendMany(batch)
}

/** @param {'dgram' | 'seqpacket'} type */
const messages = (type) => async (/** @type {Random} */ random) => {
  const [here, there] = socketpair(type)
  const arrived = new Arrived()
  const receiving = async () => {
    const batch = new MessageBatch()
    while (arrived.bytes < BYTES) {
      if (random.once(2)) {
        await there.recvMany(batch)
        for (const each of batch) arrived.take(each)
      } else {
        const message = await there.recv()
        if (message === null) return
        arrived.take(message.data)
      }
    }
  }
  await Promise.all([receiving(), sendAll(here, random)])
  here.close()
  there.close()
  return arrived.end(BYTES)
}

export const dgram = messages('dgram')
export const seqpacket = messages('seqpacket')
