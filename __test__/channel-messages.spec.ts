// Values through a channel: whole, in order, once; each codec over each thing that a channel runs over.
import { setImmediate as turn } from 'node:timers/promises'
import { Channel, socketpair } from 'socketpair'
import { CARRIERS, channels, ENDING, extendedFrame, frame } from './helpers/channels.ts'
import { patterned } from './helpers/bytes.ts'
import { pair } from './helpers/pairs.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

const SIZES = [
  0, 1, 3, 4, 5, 63, 64, 1000, 5461, 16_383, 16_384, 32_767, 32_768, 65_531, 65_536, 100_000,
]
const LARGE = [300_000, 1_048_576, 5_000_000]

for (const carrier of CARRIERS) {
  const sizes = carrier === 'dgram' ? SIZES : [...SIZES, ...LARGE]

  test(`raw messages of every size arrive as they were sent, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier)
    const messages = sizes.map((size, seed) => patterned(size, seed + 1))
    const sending = Promise.all(messages.map((message) => a.send(message)))
    for (const message of messages) t.true(message.equals((await b.recv()) as Buffer))
    await sending
  })

  test(`strings go as UTF-8, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier)
    const texts = ['', 'x', 'größer', '漢字😀', 'ü'.repeat(9000), '漢'.repeat(30_000)]
    const sending = Promise.all(texts.map((text) => a.send(text)))
    for (const text of texts) t.is(String(await b.recv()), text)
    await sending
  })

  test(`values of codec json arrive equal, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { codec: 'json' })
    const values = [0, false, '', 'é', [], {}, [null], { a: [1, { b: 'x'.repeat(50_000) }] }]
    for (const value of values) {
      await a.send(value)
      t.deepEqual(await b.recv(), value)
    }
  })

  test(`values of codec v8 arrive equal and keep their memory, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { codec: 'v8' })
    const cycle: { self?: unknown; map: Map<string, Date> } = { map: new Map([['k', new Date(7)]]) }
    cycle.self = cycle
    await a.send(cycle)
    const copy = await b.recv()
    t.is(copy.self, copy)
    t.deepEqual(copy.map, cycle.map)
    await a.send({ bytes: Buffer.from('first'), floats: new Float64Array([1.5, 2.5]) })
    const first = await b.recv()
    await a.send({ bytes: Buffer.from('other'), floats: new Float64Array([3.5, 4.5]) })
    await b.recv()
    t.is(String(first.bytes), 'first')
    t.deepEqual(first.floats, new Float64Array([1.5, 2.5]))
  })

  test(`what a codec of one's own decodes is its own to keep, over ${carrier}`, async (t) => {
    const codec = { encode: (value: Buffer) => value, decode: (bytes: Buffer) => bytes }
    const [a, b] = await channels(t, carrier, { codec })
    const kept: Buffer[] = []
    const bodies = ['one', 'two', 'x'.repeat(70_000), 'four']
    for (const body of bodies) {
      await a.send(Buffer.from(body))
      kept.push(await b.recv())
    }
    t.deepEqual(kept.map(String), bodies)
  })

  test(`what recv gives is the receiver's own, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier)
    const kept: Buffer[] = []
    for (const size of [10, 5000, 70_000, 100_000, 10]) {
      await a.send(patterned(size, size))
      kept.push(await b.recv())
    }
    for (const message of kept) t.true(patterned(message.length, message.length).equals(message))
  })

  test(`many small messages arrive in order, received as views, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier)
    const COUNT = 20_000
    const sending = (async () => {
      for (let n = 0; n < COUNT; n++) await a.send(`message ${n}`)
    })()
    let seen = 0
    while (seen < COUNT) {
      for (const view of (await b.recvMany()) as Buffer[]) {
        if (String(view) !== `message ${seen++}`) t.fail(`${String(view)} at ${seen - 1}`)
      }
    }
    await sending
    t.is(seen, COUNT)
  })

  test(`order is that of the calls, wherever they are made, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { codec: 'json', highWaterMark: 5000 })
    const sends: Promise<void>[] = []
    let next = 0
    const some = (size: number) => sends.push(a.send({ n: next++, pad: 'x'.repeat(size) }))
    const callers = [0, 1, 2].map(async (caller) => {
      for (let round = 0; round < 40; round++) {
        some((round * 977 * (caller + 1)) % 30_000)
        if (round % 3 === caller) await turn()
        else await Promise.resolve()
      }
    })
    process.nextTick(() => some(1))
    setTimeout(() => some(2), 1)
    let seen = 0
    while (seen < 122) t.is((await b.recv()).n, seen++)
    await Promise.all([...callers, ...sends])
  })

  test(`recvMany gives at most what is asked, and leaves the rest, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { codec: 'json' })
    for (let n = 0; n < 10; n++) await a.send(n)
    await a.flush()
    const seen: number[] = []
    while (seen.length < 10) {
      const some = (await b.recvMany({ max: 3 })) as number[]
      t.true(some.length > 0 && some.length <= 3)
      seen.push(...some)
    }
    t.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test(`a full queue takes nothing from trySend until it is read, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { highWaterMark: 100_000 })
    const body = patterned(20_000)
    let sent = 0
    for (let idle = 0; idle < 20;) {
      if (a.trySend(body)) [sent, idle] = [sent + 1, 0]
      else idle++
      await turn()
    }
    t.true(sent >= 5)
    t.false(a.trySend(Buffer.from('x')))
    body.fill(0)
    for (let n = 0; n < sent; n++) t.true(patterned(20_000).equals((await b.recv()) as Buffer))
    await until(() => a.trySend(Buffer.from('last')))
    t.is(String(await b.recv()), 'last')
  })
}

for (const carrier of ENDING) {
  test(`after close come the messages that were sent, then null, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier)
    const sent = Array.from({ length: 50 }, (_, n) => patterned(n * 1000, n))
    for (const message of sent) void a.send(message)
    const closing = a.close()
    const seen: Buffer[] = []
    for await (const message of b) seen.push(message)
    await closing
    t.deepEqual(seen, sent)
    t.is(await b.recv(), null)
    t.is(await b.recvMany(), null)
    t.is(await b.recvMessage(), null)
    await b.close()
  })
}

test('small messages of one turn are one frame after the other in one write', async (t) => {
  const [a, b] = pair(t, 'stream')
  const channel = new Channel(a)
  void channel.send('one')
  await channel.send('two')
  await Promise.resolve()
  t.true(channel.trySend('three'))
  t.is(b.readableLength, 0)
  await turn()
  const expected = Buffer.concat([frame('one'), frame('two'), frame('three')])
  t.deepEqual(await b.readChunk(), expected)
})

test('a receive that must wait sends what was gathered before it waits', async (t) => {
  const [a, b] = pair(t, 'stream')
  const channel = new Channel(a)
  void channel.send('question')
  const answer = channel.recv()
  t.is(b.readableLength, 12)
  await b.write(frame('answer'))
  t.is(String(await answer), 'answer')
})

test('64 KiB of small messages are sent at once', (t) => {
  const [a, b] = pair(t, 'stream')
  const channel = new Channel(a)
  for (let n = 0; n < 64; n++) channel.trySend(Buffer.alloc(1020))
  t.is(b.readableLength, 65_536)
})

test('a large message is not copied: it goes before send returns', async (t) => {
  const [a, b] = pair(t, 'stream')
  const channel = new Channel(a)
  const body = patterned(32_768)
  const sending = channel.send(body)
  t.is(b.readableLength, 32_772)
  await sending
})

for (const type of ['stream', 'seqpacket'] as const) {
  test(`an extended header without anything in it is a message, over ${type}`, async (t) => {
    const [a, b] = pair(t, type)
    const channel = new Channel(a)
    const bytes = extendedFrame('hello', {})
    await (b.type === 'stream' ? b.write(bytes) : b.send(bytes))
    t.is(String(await channel.recv()), 'hello')
  })
}

test('a value on a seqpacket or datagram socket is one message with a plain header', async (t) => {
  for (const type of ['seqpacket', 'dgram'] as const) {
    const [a, b] = pair(t, type)
    const channel = new Channel(a)
    await channel.send('one')
    await channel.send('two')
    await channel.flush()
    t.deepEqual((await b.recv())?.data, frame('one'))
    t.deepEqual((await b.recv())?.data, frame('two'))
  }
})

test('a value too long for a seqpacket message goes in fragments', async (t) => {
  const [a, b] = socketpair('seqpacket', { sendBufferSize: 20_000 })
  const channel = new Channel(a)
  const body = patterned(300_000)
  const sending = channel.send(body)
  const parts: Buffer[] = []
  while (parts.reduce((length, part) => length + part.length, 0) < 300_004) {
    parts.push((await b.recv())?.data as Buffer)
  }
  await sending
  t.true(parts.length > 1)
  t.deepEqual(Buffer.concat(parts), frame(body))
  a.close()
  b.close()
})

test('a channel tells its socket, and whether it is closed', async (t) => {
  const [a] = pair(t, 'stream')
  const channel = new Channel(a)
  t.is(channel.unref(), channel)
  t.is(channel.ref(), channel)
  t.is(channel.socket, a)
  t.false(channel.closed)
  await channel.close()
  t.true(channel.closed && a.closed)
})

test('views of recvMany see what comes next, and copies do not', async (t) => {
  const [a, b] = await channels(t, 'stream')
  await a.send('first')
  await a.flush()
  const [view] = (await b.recvMany()) as [Buffer]
  t.is(String(view), 'first')
  await a.send('other')
  await a.flush()
  const [copy] = (await b.recvMany({ copy: true })) as [Buffer]
  // The memory was used again by the receive.
  t.is(String(view), 'other')
  await a.send('third')
  await a.flush()
  t.is(String(await b.recv()), 'third')
  t.is(String(copy), 'other')
})

test('views stay as they are while messages are sent, and until the next receive', async (t) => {
  const [a, b] = await channels(t, 'stream')
  for (let n = 0; n < 1000; n++) await a.send(patterned(200, n))
  await a.flush()
  const views = (await b.recvMany()) as Buffer[]
  for (let n = 0; n < 1000; n++) await a.send(patterned(200, n + 1000))
  await b.send(patterned(100_000))
  await turn()
  for (const [n, view] of views.entries()) t.true(patterned(200, n).equals(view))
})

for (const size of [200, 50_000, 400_000]) {
  test(`views of ${size} bytes stay as they are while other channels receive, and over close`, async (t) => {
    const [a, b] = await channels(t, 'stream')
    const [c, d] = await channels(t, 'stream')
    const view = async (from: Channel, to: Channel, seed: number) => {
      const sending = from.send(patterned(size, seed))
      const [first] = (await to.recvMany()) as [Buffer]
      await sending
      return first
    }
    const one = await view(a, b, 1)
    for (let n = 2; n < 10; n++) t.true(patterned(size, n).equals(await view(c, d, n)))
    t.true(patterned(size, 1).equals(one))
    const other = await view(a, b, 10)
    await b.close()
    t.true(patterned(size, 11).equals(await view(c, d, 11)))
    t.true(patterned(size, 10).equals(other))
  })

  test(`what recv and copies give stays as it is amid views of ${size} bytes`, async (t) => {
    const [a, b] = await channels(t, 'stream')
    const kept: [Buffer, number][] = []
    for (let n = 0; n < 30; n++) {
      const sending = a.send(patterned(size, n))
      if (n % 3 === 0) kept.push([(await b.recv()) as Buffer, n])
      else {
        const some = await b.recvMany({ copy: n % 3 === 1 })
        const first = (some as [Buffer])[0]
        t.true(patterned(size, n).equals(first))
        if (n % 3 === 1) kept.push([first, n])
      }
      await sending
    }
    for (const [bytes, n] of kept) t.true(patterned(size, n).equals(bytes), `${n}`)
  })
}
