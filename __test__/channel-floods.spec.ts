// A peer that asks and asks, and reads nothing: requests are read no faster than their answers can go.
import { Socket as NetSocket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { Channel } from 'socketpair'
import { type Carrier, ENDING, extendedFrame, frame } from './helpers/channels.ts'
import { Flooder } from './helpers/flooder.ts'
import { pair } from './helpers/pairs.ts'
import { rejection } from './helpers/rejection.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const MIB = 1024 * 1024
/** More than the kernel and a channel hold of such a flood in both directions. */
const MOST = 4 * MIB

/** What a channel runs over, and its peer. */
function endsOf(t: ExecutionContext, carrier: Exclude<Carrier, 'dgram'>) {
  if (carrier !== 'duplex') return pair(t, carrier)
  const [here, there] = pair(t, 'stream')
  // Its buffers are those of a pair: a connection over TCP takes some mebibytes in both directions.
  const duplex = new NetSocket({ fd: here.detach() })
  t.teardown(() => void duplex.destroy())
  return [duplex, there] as const
}

const ask = (body: Uint8Array | string) => (id: number) => extendedFrame(body, { kind: 1, id })

/** What a channel may do with requests: its handler, and the body and kind of the answers. */
const HANDLERS = {
  'a handler that answers at once': {
    handler: (value: string) => value,
    kind: 2,
    answer: /^"x+"$/,
  },
  'a handler that answers later': {
    handler: async (value: string) => {
      await turn()
      return value
    },
    kind: 2,
    answer: /^"x+"$/,
  },
  'a handler that throws': {
    handler: () => {
      throw new Error('not that')
    },
    kind: 3,
    answer: /^not that$/,
  },
  'a handler that gives no value': { handler: () => {}, kind: 3, answer: /must be a value/ },
  'no handler, but a receive': {
    handler: null,
    kind: 3,
    answer: /^the peer has no onRequest\(\) handler$/,
  },
} as const

/** Holds that arrays of Buffers take no more than so much beyond `before`. */
async function bounded(t: ExecutionContext, before: number, most: number): Promise<void> {
  for (let n = 0; n < 3; n++) {
    globalThis.gc?.()
    await turn()
  }
  const { arrayBuffers } = process.memoryUsage()
  t.true(arrayBuffers - before < most, `${arrayBuffers - before} bytes`)
}

for (const carrier of ENDING) {
  for (const [name, { handler, kind, answer }] of Object.entries(HANDLERS)) {
    for (const receiving of handler === null ? [true] : [false, true]) {
      test(`a flood of requests over ${carrier} is held up by ${name}${receiving ? ', while a receive waits' : ''}`, async (t) => {
        const [here, there] = endsOf(t, carrier)
        const channel = new Channel<string>(here, { codec: 'json' })
        const received = receiving ? channel.recv() : undefined
        if (handler !== null) channel.onRequest(handler as (value: string) => string)
        const peer = new Flooder(there)
        const before = process.memoryUsage().arrayBuffers
        const request = ask(JSON.stringify('x'.repeat(50)))
        await peer.flood(request, MOST)
        t.true(peer.bytes < MOST, `${peer.bytes} bytes were taken`)
        await bounded(t, before, MOST + 2 * MIB)
        // As soon as the peer reads all goes on, and every answer comes, in order.
        const answers = await peer.drain(peer.frames)
        t.true(answers.every(({ id }, n) => id === n))
        t.true(answers.every((one) => one.kind === kind && answer.test(String(one.body))))
        if (received !== undefined) {
          await peer.flood(
            (n) => (n === peer.frames - 1 ? frame('"last"') : request(n)),
            peer.bytes + 1,
          )
          t.is(await received, 'last')
        }
        await channel.close({ timeout: 0 }).catch(() => {})
      })
    }
  }

  test(`requests that the codec can't decode are held up as others, over ${carrier}`, async (t) => {
    const [here, there] = endsOf(t, carrier)
    const channel = new Channel(here, { codec: 'json' })
    channel.onRequest(() => t.fail('there is no value'))
    const peer = new Flooder(there)
    await peer.flood(ask('{'.repeat(50)), MOST)
    t.true(peer.bytes < MOST, `${peer.bytes} bytes were taken`)
    const answers = await peer.drain(peer.frames)
    t.true(answers.every(({ id, kind, body }, n) => id === n && kind === 3 && body.length > 0))
    await channel.close({ timeout: 0 }).catch(() => {})
  })

  for (const receiving of [false, true]) {
    const also = receiving ? ', while a receive waits' : ''
    test(`no more than 1024 handlers run that never end, over ${carrier}${also}`, async (t) => {
      const [here, there] = endsOf(t, carrier)
      const channel = new Channel(here)
      const received = receiving ? rejection(channel.recv()) : undefined
      let running = 0
      const ends: (() => void)[] = []
      channel.onRequest((value) => {
        running++
        return new Promise((resolve) => ends.push(() => resolve(value)))
      })
      const peer = new Flooder(there)
      await peer.flood(ask(Buffer.alloc(500, 'x')), MOST)
      t.is(running, 1024)
      t.true(peer.bytes < MOST, `${peer.bytes} bytes were taken`)
      // Each that ends lets one more begin.
      for (const end of ends.splice(0, 100)) end()
      const answers = await peer.drain(100)
      t.deepEqual(
        answers.map(({ id }) => id),
        Array.from({ length: 100 }, (_, n) => n),
      )
      while (running < 1124) await turn()
      t.is(running, 1124)
      await channel.close({ timeout: 0 }).catch(() => {})
      if (received !== undefined) t.is((await received).code, 'ECANCELED')
    })
  }

  test(`small requests with large answers are begun as these go, over ${carrier}`, async (t) => {
    const [here, there] = endsOf(t, carrier)
    const channel = new Channel(here)
    let begun = 0
    channel.onRequest(() => {
      begun++
      return Buffer.alloc(100_000, begun)
    })
    const peer = new Flooder(there)
    const before = process.memoryUsage().arrayBuffers
    await peer.flood(ask('x'), MOST)
    // What the kernel has, and what waits to be sent up to the mark.
    t.true(begun * 100_000 < MOST, `${begun} answers`)
    await bounded(t, before, MOST)
    const answers = await peer.drain(begun + 100)
    t.true(answers.every(({ id, body }, n) => id === n && body[99_999] === (n + 1) % 256))
    await channel.close({ timeout: 0 }).catch(() => {})
  })

  test(`large requests whose handlers never end take 16 MiB, over ${carrier}`, async (t) => {
    const [here, there] = endsOf(t, carrier)
    const channel = new Channel(here)
    let running = 0
    channel.onRequest(() => new Promise(() => running++))
    const peer = new Flooder(there)
    // Fragments, as docs/channel-protocol.md has them: a message may not be longer.
    const body = Buffer.alloc(MIB)
    const request = ask(body)
    if (carrier === 'seqpacket') {
      const pieces: Buffer[] = []
      let id = 0
      await peer.flood(() => {
        if (pieces.length === 0) {
          const whole = request(id++)
          for (let at = 0; at < whole.length; at += 65_536)
            pieces.push(whole.subarray(at, at + 65_536))
        }
        return pieces.shift() as Buffer
      }, 64 * MIB)
    } else await peer.flood(request, 64 * MIB)
    t.is(running, 16)
    t.true(peer.bytes < 40 * MIB, `${peer.bytes} bytes were taken`)
    await channel.close({ timeout: 0 }).catch(() => {})
  })
}
