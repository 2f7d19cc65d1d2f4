// What a channel holds is bounded, whatever the other side does.
import { setImmediate as turn } from 'node:timers/promises'
import * as fc from 'fast-check'
import { Channel, type StreamSocket, socketpair } from 'socketpair'
import { header } from './helpers/channels.ts'
import { patterned } from './helpers/bytes.ts'
import { collectUntil } from './helpers/collect.ts'
import { rejects } from './helpers/failures.ts'
import { pair } from './helpers/pairs.ts'
import { codes } from './helpers/rejection.ts'
import { test } from './helpers/test.ts'

const MIB = 1024 * 1024
const buffers = () => process.memoryUsage().arrayBuffers

for (const claim of [0x3fff_ffff, 10 * MIB]) {
  test(`headers that claim ${claim} bytes reserve nothing`, async (t) => {
    const ends: StreamSocket[] = []
    const channels: Channel[] = []
    const waiting: Promise<unknown>[] = []
    const before = buffers()
    for (let n = 0; n < 20; n++) {
      const [a, b] = pair(t, 'stream')
      const channel = new Channel(a, { maxMessageBytes: 0x3fff_ffff })
      await b.write(header(claim))
      waiting.push(channel.recv())
      await turn()
      ends.push(b)
      channels.push(channel)
    }
    // A slab each, since each has a part of a frame, and the few that are kept.
    t.true(buffers() - before < 20 * 300 * 1024, `${buffers() - before}`)
    const told = codes(waiting)
    for (const channel of channels) await channel.close()
    t.true((await told).every((code) => code === 'ECANCELED'))
  })

  test(`a peer that sent long values, and then headers of ${claim} bytes only, makes nothing be reserved`, async (t) => {
    const channels: Channel[] = []
    const waiting: Promise<unknown>[] = []
    const before = buffers()
    for (let n = 0; n < 20; n++) {
      const [a, b] = pair(t, 'stream')
      const channel = new Channel(a, { maxMessageBytes: 0x3fff_ffff })
      const long = patterned(MIB, n)
      const wrote = b.write(Buffer.concat([header(MIB), long]))
      t.true(long.equals((await channel.recv()) as Buffer))
      await wrote
      await b.write(header(claim))
      waiting.push(channel.recv())
      await turn()
      channels.push(channel)
    }
    globalThis.gc?.()
    await turn()
    globalThis.gc?.()
    const held = buffers() - before
    t.true(held < 20 * 300 * 1024, `${held}`)
    const told = codes(waiting)
    for (const channel of channels) await channel.close()
    t.true((await told).every((code) => code === 'ECANCELED'))
  })
}

test('memory grows as bytes arrive, and never to what is claimed', async (t) => {
  const [a, b] = pair(t, 'stream')
  const channel = new Channel(a, { maxMessageBytes: 0x3fff_ffff })
  await collectUntil(() => false).catch(() => {})
  const before = buffers()
  const receiving = channel.recv()
  await b.write(header(0x3fff_ffff))
  const block = Buffer.alloc(MIB)
  let arrived = 0
  for (let n = 0; n < 12; n++) {
    arrived += await b.write(block)
    await turn()
    globalThis.gc?.()
    await turn()
    const held = buffers() - before - MIB
    // What it grew out of is there until it is collected.
    t.true(held < 4 * arrived + 2 * MIB, `${held} for ${arrived}`)
  }
  const told = rejects(t, receiving, 'ECANCELED')
  await channel.close()
  await told
})

test('a peer that never reads makes the queue stop at its mark', async (t) => {
  const [a] = pair(t, 'stream')
  const channel = new Channel(a, { highWaterMark: 100_000 })
  const before = buffers()
  let taken = 0
  for (let round = 0; round < 100; round++) {
    while (channel.trySend(Buffer.alloc(1000))) taken += 1004
    await turn()
  }
  t.true(taken - a.bytesWritten >= 100_000 && taken - a.bytesWritten <= 101_004)
  t.true(buffers() - before < 2 * MIB, `${buffers() - before}`)
})

test('a slow reader gets a fast writer’s messages with bounded memory', async (t) => {
  const [a, b] = pair(t, 'stream')
  const [sender, receiver] = [new Channel(a), new Channel(b)]
  const COUNT = 300
  const sending = (async () => {
    for (let n = 0; n < COUNT; n++) await sender.send(patterned(100_000, n))
    await sender.close()
  })()
  const before = buffers()
  let most = 0
  let n = 0
  for await (const message of receiver) {
    if (n % 50 === 0) globalThis.gc?.()
    most = Math.max(most, buffers() - before)
    if (!patterned(100_000, n++).equals(message)) t.fail(`message ${n - 1}`)
    await turn()
  }
  await sending
  t.is(n, COUNT)
  t.true(most < 12 * MIB, `${most}`)
})

test('many channels that wait hold no slabs', async (t) => {
  const before = buffers()
  const waiting: Promise<unknown>[] = []
  const channels: Channel[] = []
  for (let n = 0; n < 200; n++) {
    const [a, b] = pair(t, 'stream')
    const [one, other] = [new Channel(a), new Channel(b)]
    await one.send('x')
    await one.flush()
    t.is(String(await other.recv()), 'x')
    waiting.push(other.recv())
    channels.push(other)
  }
  t.true(buffers() - before < 4 * MIB, `${buffers() - before}`)
  const told = codes(waiting)
  for (const channel of channels) await channel.close()
  t.true((await told).every((code) => code === 'ECANCELED'))
})

const KNOWN = new Set([
  'ERR_BAD_FRAME',
  'ERR_MESSAGE_TOO_LARGE',
  'ERR_UNEXPECTED_EOF',
  'ERR_DECODE',
])

for (const type of ['stream', 'seqpacket'] as const) {
  test(`any bytes give values, known errors and an end, over ${type}`, async (t) => {
    const small = fc.integer({ min: 0, max: 40 }).map((length) => header(length))
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      small,
      fc.constant(Buffer.from('{"a":1}')),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 20 }),
        fc.constantFrom('raw' as const, 'json' as const, 'v8' as const),
        fc.boolean(),
        async (pieces, codec, many) => {
          const [a, b] = socketpair(type)
          const channel = new Channel(a, { codec: codec as 'json', maxMessageBytes: 1000 })
          for (const bytes of pieces) {
            if (b.type === 'stream') await b.write(bytes).catch(() => {})
            else await b.send(bytes).catch(() => {})
          }
          b.close()
          let nulls = 0
          for (let round = 0; round < 2000 && nulls < 2; round++) {
            try {
              const value = many ? await channel.recvMany() : await channel.recv()
              if (value === null) nulls++
            } catch (error) {
              const { code } = error as { code: string }
              if (!KNOWN.has(code)) throw error
            }
          }
          await channel.close()
          return nulls === 2
        },
      ),
      { numRuns: 300, endOnFailure: true },
    )
    t.pass()
  })
}
