// Whatever the sizes, the marks and the ways of reading: every byte arrives, in order, and then the end.
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import * as fc from 'fast-check'
import type { SocketDuplex } from 'socketpair'
import { patterned } from './helpers/bytes.ts'
import { duplexPair } from './helpers/duplexes.ts'
import { test } from './helpers/test.ts'

/** Ways of reading to the end; `step` makes each its own. */
const readers = {
  async flowing(duplex: SocketDuplex, step: number) {
    const chunks: Buffer[] = []
    duplex.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (chunks.length % step > 0) return
      duplex.pause()
      if (step % 2 > 0) setImmediate(() => duplex.resume())
      else process.nextTick(() => duplex.resume())
    })
    await once(duplex, 'end')
    return chunks
  },
  async readable(duplex: SocketDuplex, step: number) {
    const chunks: Buffer[] = []
    duplex.on('readable', () => {
      const wanted = step % 2 > 0 ? step * 100 : undefined
      for (let chunk = duplex.read(wanted); chunk !== null; chunk = duplex.read(wanted)) {
        chunks.push(chunk as Buffer)
      }
    })
    await once(duplex, 'end')
    return chunks
  },
  async 'reading within the event'(duplex: SocketDuplex, step: number) {
    const chunks: Buffer[] = []
    duplex.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (chunks.length % step === 0) duplex.read()
    })
    await once(duplex, 'end')
    return chunks
  },
  async loop(duplex: SocketDuplex, step: number) {
    const chunks: Buffer[] = []
    for await (const chunk of duplex.iterator({ destroyOnReturn: false })) {
      if (chunks.push(chunk as Buffer) % step === 0) await turn()
    }
    return chunks
  },
}
const ways = Object.keys(readers) as (keyof typeof readers)[]

async function write(duplex: SocketDuplex, sizes: readonly number[], heeding: boolean) {
  let seed = 1
  for (const size of sizes) {
    if (size % 7 === 0) duplex.cork()
    const goesOn = duplex.write(patterned(size, seed++))
    if (size % 7 === 0) process.nextTick(() => duplex.uncork())
    if (heeding && !goesOn && duplex.writableNeedDrain) await once(duplex, 'drain')
  }
  duplex.end()
}

test('every byte arrives in order, and then the end', async (t) => {
  const size = fc.oneof(fc.nat(20), fc.nat(5000), fc.nat(200_000))
  await fc.assert(
    fc.asyncProperty(
      fc.array(size, { maxLength: 20 }),
      fc.constantFrom(...ways),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom(0, 1, 100, 16_384, 1_000_000),
      fc.boolean(),
      async (sizes, way, step, highWaterMark, heeding) => {
        const [a, b] = duplexPair(t, { highWaterMark })
        const [chunks] = await Promise.all([readers[way](b, step), write(a, sizes, heeding)])
        b.end()
        const sent = Buffer.concat(sizes.map((length, index) => patterned(length, index + 1)))
        return Buffer.concat(chunks).equals(sent)
      },
    ),
    { numRuns: 150 },
  )
  t.pass()
})
