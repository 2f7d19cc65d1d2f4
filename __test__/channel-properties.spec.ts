// Any sequence of channel calls against a model: every value that was taken arrives once, whole, in order.
import { setImmediate as turn } from 'node:timers/promises'
import * as fc from 'fast-check'
import { Channel, type StreamSocket, socketpair } from 'socketpair'
import { patterned } from './helpers/bytes.ts'
import { frame } from './helpers/channels.ts'
import { test } from './helpers/test.ts'

const RUNS = { numRuns: 120, endOnFailure: true }
const pattern = patterned(400_000)
/** The length of the last value, which no other has. */
const LAST = 77_777

const size = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 300 }) },
  { weight: 2, arbitrary: fc.integer({ min: 32_700, max: 32_900 }) },
  { weight: 2, arbitrary: fc.integer({ min: 65_400, max: 65_700 }) },
  { weight: 2, arbitrary: fc.integer({ min: 300, max: 70_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 150_000, max: 400_000 }) },
)

const sendStep = fc.oneof(
  fc.record({
    do: fc.constantFrom('send' as const, 'trySend' as const, 'await send' as const),
    size,
  }),
  fc.record({ do: fc.constant('given up' as const), size, late: fc.boolean() }),
  fc.record({ do: fc.constant('turn' as const) }),
  fc.record({ do: fc.constant('flush' as const) }),
)
const receiveStep = fc.oneof(
  fc.record({ do: fc.constantFrom('recv' as const, 'recvMessage' as const, 'turn' as const) }),
  fc.record({
    do: fc.constant('recvMany' as const),
    max: fc.constantFrom(1, 3, 1000),
    copy: fc.boolean(),
  }),
  fc.record({ do: fc.constant('given up' as const), late: fc.boolean() }),
)

/** A value of that length for a codec, and what tells it from others. */
const CODECS = {
  raw: {
    value: (n: number) => pattern.subarray(0, n),
    told: (value: unknown) => digest(value as Buffer),
  },
  json: {
    value: (n: number) => ({ n, text: 'x'.repeat(n / 2) }),
    told: (value: unknown) => JSON.stringify(value),
  },
  v8: {
    value: (n: number) => ({ n, bytes: pattern.subarray(0, n) }),
    told: (value: unknown) => {
      const { n, bytes } = value as { n: number; bytes: Buffer }
      return `${n} ${digest(bytes)}`
    },
  },
  "one's own": {
    value: (n: number) => new Set([n]),
    told: (value: unknown) => `${[...(value as Set<number>)]}`,
  },
}
/** A set goes as the bytes that many numbers have; what is decoded is kept and looked at. */
const OWN = {
  encode: ([n]: Set<number>) => pattern.subarray(0, n),
  decode: (bytes: Buffer) => new Set(digest(bytes).endsWith('true') ? [bytes.length] : []),
}

function digest(bytes: Uint8Array): string {
  return `${bytes.length} ${pattern.subarray(0, bytes.length).equals(bytes)}`
}

function givenUp(late: boolean) {
  if (!late) return { timeout: 0 }
  const controller = new AbortController()
  setImmediate(() => controller.abort(new Error('given up')))
  return { signal: controller.signal }
}

for (const type of ['stream', 'seqpacket', 'dgram'] as const) {
  for (const codec of ['raw', 'json', 'v8', "one's own"] as const) {
    test(`any sequence of calls delivers every value once and in order: ${codec} over ${type}`, async (t) => {
      t.timeout(100_000)
      const { value, told } = CODECS[codec]
      const property = fc.asyncProperty(
        fc.array(sendStep, { maxLength: 40, size: 'max' }),
        fc.array(receiveStep, { minLength: 1, maxLength: 10 }),
        fc.constantFrom(1, 1000, 100_000, 10_000_000),
        async (sends, receives, highWaterMark) => {
          const [a, b] = socketpair(type)
          const options = {
            codec: (codec === "one's own" ? OWN : codec) as 'json',
            highWaterMark,
          }
          const [sender, receiver] = [new Channel(a, options), new Channel(b, options)]
          const plan = sends.map((step) =>
            'size' in step
              ? { ...step, size: type === 'dgram' ? step.size % 70_000 : step.size }
              : step,
          )
          /** By the order of the calls; undefined for one that was given up. */
          const expected: (string | undefined)[] = []
          const sending = (async () => {
            const pending: Promise<unknown>[] = []
            for (const step of plan) {
              if (step.do === 'turn') await turn()
              else if (step.do === 'flush') await sender.flush()
              else if (step.do === 'trySend') {
                const one = value(step.size)
                if (sender.trySend(one)) expected.push(told(one))
              } else {
                const one = value(step.size)
                const place = expected.push(told(one)) - 1
                const lost = () => (expected[place] = undefined)
                if (step.do === 'given up') {
                  pending.push(sender.send(one, givenUp(step.late)).catch(lost))
                } else if (step.do === 'send') pending.push(sender.send(one))
                else await sender.send(one)
              }
            }
            await Promise.all(pending)
            await sender.send(value(LAST))
            await sender.flush()
          })()
          const seen: string[] = []
          const last = told(value(LAST))
          while (seen.at(-1) !== last) {
            // At least one receive that waits, so that nothing is awaited for ever.
            for (const how of [...receives, { do: 'recv' } as const]) {
              if (seen.at(-1) === last) break
              if (how.do === 'turn') await turn()
              else if (how.do === 'given up') {
                const one = await receiver.recv(givenUp(how.late)).catch(() => {})
                if (one) seen.push(told(one))
              } else if (how.do === 'recvMany') {
                seen.push(...((await receiver.recvMany(how)) as unknown[]).map(told))
              } else if (how.do === 'recv') seen.push(told(await receiver.recv()))
              else seen.push(told((await receiver.recvMessage())?.value))
            }
          }
          await sending
          await Promise.all([sender.close(), receiver.close()])
          const rest = [...expected.filter((one) => one !== undefined), last]
          return seen.join('\n') === rest.join('\n')
        },
      )
      await fc.assert(property, RUNS)
      t.pass()
    })
  }
}

test('frames cut at every byte, in all ways, are put together', async (t) => {
  const bodies = ['', 'x', 'hello', 'ü'.repeat(30), 'z'.repeat(300)]
  const bytes = Buffer.concat(bodies.map(frame))
  const cutOnce = Array.from({ length: bytes.length + 1 }, (_, at) => [at])
  const cuts = fc.oneof(
    fc.constantFrom(...cutOnce),
    fc.array(fc.nat(bytes.length), { maxLength: 30 }).map((all) => all.toSorted((x, y) => x - y)),
  )
  const check = async (at: readonly number[], many: boolean) => {
    const [a, b]: [StreamSocket, StreamSocket] = socketpair()
    const channel = new Channel(b)
    const seen: string[] = []
    const reading = (async () => {
      for (;;) {
        const some = many
          ? await channel.recvMany()
          : await channel.recv().then((one) => one && [one])
        if (some === null) return
        seen.push(...some.map(String))
      }
    })()
    let from = 0
    for (const to of [...at, bytes.length]) {
      if (to > from) await a.write(bytes.subarray(from, to))
      from = to
      await turn()
    }
    a.close()
    await reading
    await channel.close()
    return seen.join('|') === bodies.join('|')
  }
  for (const at of cutOnce) t.true(await check(at, (at[0] as number) % 2 === 0), `cut at ${at[0]}`)
  await fc.assert(fc.asyncProperty(cuts, fc.boolean(), check), { numRuns: 200, endOnFailure: true })
})

test('frames of every length, cut anywhere, are put together by every receive', async (t) => {
  t.timeout(100_000)
  const cut = fc.oneof(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 4000, max: 70_000 }),
    fc.constantFrom(16_388, 32_772, 65_540, 65_664, 65_668, 131_076, 1_000_000),
  )
  const receive = fc.constantFrom('recv', 'views', 'copies', 'one view', 'turn', 'recvMessage')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(size, fc.constantFrom(16_384, 65_536, 131_072)), {
        minLength: 1,
        maxLength: 12,
      }),
      fc.array(cut, { minLength: 1, maxLength: 12 }),
      fc.array(receive, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      async (sizes, cuts, receives, slow) => {
        const [a, b]: [StreamSocket, StreamSocket] = socketpair()
        const channel = new Channel(b)
        const bytes = Buffer.concat(sizes.map((n) => frame(pattern.subarray(0, n))))
        const writing = (async () => {
          let from = 0
          for (let n = 0; from < bytes.length; n++) {
            // The smallest pieces are for the beginning, where they meet headers: they would take for ever.
            const length = n < 100 ? (cuts[n % cuts.length] as number) : 1_000_000
            await a.write(bytes.subarray(from, from + length))
            from += length
            if (slow) await turn()
          }
          a.close()
        })()
        const seen: string[] = []
        const kept: Buffer[] = []
        for (let ended = false, n = 0; !ended; n++) {
          const how = n % 10 === 9 ? 'recv' : receives[n % receives.length]
          if (how === 'turn') await turn()
          else if (how === 'recv' || how === 'recvMessage') {
            const one = how === 'recv' ? await channel.recv() : (await channel.recvMessage())?.value
            if (one) kept[seen.push(digest(one)) - 1] = one
            else ended = true
          } else {
            const max = how === 'one view' ? 1 : 1000
            const some = await channel.recvMany({ max, copy: how === 'copies' })
            for (const one of some ?? []) {
              if (how === 'copies') kept[seen.length] = one
              seen.push(digest(one))
            }
            ended = some === null
          }
        }
        await writing
        await channel.close()
        const expected = sizes.map((n) => `${n} true`)
        // What is the receiver's own is as it was when it came.
        kept.forEach((one, place) => (seen[place] = digest(one)))
        return seen.join('|') === expected.join('|')
      },
    ),
    { numRuns: 150, endOnFailure: true },
  )
  t.pass()
})
