// Bytes over streams of Node and of the web.

import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { socketpair } from 'socketpair'
import { Arrived, contentAt } from './content.js'

/** @typedef {import('../../shared/random.js').Random} Random */

const BYTES = 4 << 20

/** @param {Random} random */
function* chunks(random) {
  for (let offset = 0; offset < BYTES;) {
    const length = Math.min(BYTES - offset, 1 + random.below(random.pick([100, 5000, 200_000])))
    yield contentAt(offset, length)
    offset += length
  }
}

/** @param {Arrived} arrived */
const taker = (arrived) =>
  new Writable({
    write(chunk, _encoding, callback) {
      try {
        arrived.take(chunk)
        callback()
      } catch (error) {
        callback(/** @type {Error} */ (error))
      }
    },
  })

/** @param {Random} random */
export async function duplex(random) {
  const [here, there] = socketpair()
  const arrived = new Arrived()
  const receiving = there.toDuplex()
  await Promise.all([
    pipeline(Readable.from(chunks(random)), here.toDuplex()),
    pipeline(receiving, taker(arrived)),
  ])
  receiving.destroy()
  here.close()
  return arrived.end(BYTES)
}

/** @param {Random} random */
export async function web(random) {
  const [here, there] = socketpair()
  const arrived = new Arrived()
  const writing = async () => {
    const writer = here.writable.getWriter()
    for (const chunk of chunks(random)) await writer.write(chunk)
    await writer.close()
  }
  const reading = async () => {
    const reader = there.readable.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      arrived.take(value)
    }
  }
  await Promise.all([reading(), writing()])
  here.close()
  there.close()
  return arrived.end(BYTES)
}
