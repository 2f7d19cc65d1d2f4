import { MESSAGE_TYPES, pair } from './helpers/pairs.ts'
import { cut, randomBytes } from './helpers/digests.ts'
import { rejects } from './helpers/failures.ts'
import { test } from './helpers/test.ts'

const WHOLE = { truncated: false, endOfRecord: false, fds: [], fdsTruncated: false }

for (const type of MESSAGE_TYPES) {
  test(`K16 10 KiB of random bytes arrive intact both ways over a ${type} pair`, async (t) => {
    const [a, b] = pair(t, type)
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const sent = randomBytes(10 * 1024)
      t.is(await from.send(sent), sent.length)
      t.deepEqual((await to.recv())?.data, sent)
      t.is(from.bytesWritten, sent.length)
      t.is(to.bytesRead, sent.length)
    }
  })

  test(`K18 one receive gives one ${type} message, whatever else is queued`, async (t) => {
    const [a, b] = pair(t, type)
    await a.send('ab')
    await a.send('cde')
    const buffer = Buffer.alloc(64, '-')
    t.deepEqual(await b.recvInto(buffer), { ...WHOLE, bytesRead: 2, messageSize: 2 })
    t.is(buffer.toString('latin1', 0, 4), 'ab--')
    t.deepEqual(await b.recv(), {
      ...WHOLE,
      bytesRead: 3,
      messageSize: 3,
      data: Buffer.from('cde'),
    })
    t.is(b.tryRecv(buffer), undefined)
  })

  test(`K18 a ${type} message that is cut says so and how long it was, and the rest is lost`, async (t) => {
    const [a, b] = pair(t, type)
    const buffer = Buffer.alloc(2)
    const info = { ...WHOLE, truncated: true, bytesRead: 2, messageSize: 5 }
    for (let round = 0; round < 3; round++) await a.send('abcde')
    await a.send('next')
    t.deepEqual(await b.recvInto(buffer), info)
    t.is(buffer.toString(), 'ab')
    t.deepEqual(b.tryRecv(buffer.fill(0)), info)
    t.is(buffer.toString(), 'ab')
    t.deepEqual(await b.recv({ maxBytes: 2 }), { ...info, data: Buffer.from('ab') })
    t.is((await b.recv())?.data.toString(), 'next')
    t.is(b.bytesRead, 10)
    t.is(a.bytesWritten, 19)
  })

  test(`a ${type} message that just fits its buffer is not cut`, async (t) => {
    const [a, b] = pair(t, type)
    await a.send('abcde')
    t.deepEqual(await b.recvInto(Buffer.alloc(5)), { ...WHOLE, bytesRead: 5, messageSize: 5 })
    await a.send('abcde')
    t.false((await b.recv({ maxBytes: 5 }))?.truncated)
  })

  test(`a waiting receive of a ${type} end says the same as one that finds its message`, async (t) => {
    const [a, b] = pair(t, type)
    const buffer = Buffer.alloc(2)
    const cutShort = b.recvInto(buffer)
    const whole = b.recv()
    const peeked = b.recv({ peek: true, maxBytes: 1 })
    t.is(b.tryRecv(buffer), undefined)
    for (const text of ['abc', 'defg', 'hi']) await a.send(text)
    t.deepEqual(await cutShort, {
      ...WHOLE,
      truncated: true,
      bytesRead: 2,
      messageSize: 3,
    })
    t.is((await whole)?.data.toString(), 'defg')
    const seen = await peeked
    t.is(seen?.data.toString(), 'h')
    t.true(seen?.truncated)
    t.is(seen?.messageSize, 2)
    t.is((await b.recv())?.data.toString(), 'hi')
  })

  test(`K20 a peeked ${type} message can be seen again, and only the first is seen`, async (t) => {
    const [a, b] = pair(t, type)
    await a.send('first')
    await a.send('second')
    for (let round = 0; round < 3; round++) {
      const { data, ...info } = (await b.recv({ peek: true })) ?? {}
      t.is(data?.toString(), 'first')
      t.deepEqual(info as object, { ...WHOLE, bytesRead: 5, messageSize: 5 })
    }
    t.is(b.bytesRead, 0)
    t.is((await b.recv())?.data.toString(), 'first')
    t.is((await b.recv({ peek: true, maxBytes: 3 }))?.data.toString(), 'sec')
    t.is((await b.recv())?.data.toString(), 'second')
    await rejects(t, b.recv({ peek: true, timeout: 0 }), 'ETIMEDOUT')
  })

  test(`K22 an empty ${type} message is a message`, async (t) => {
    const [a, b] = pair(t, type)
    const empty = { ...WHOLE, bytesRead: 0, messageSize: 0 }
    t.is(await a.send(''), 0)
    t.is(await a.send(new Uint8Array(0)), 0)
    t.is(await a.sendv([]), 0)
    t.is(await a.sendv(['', '']), 0)
    t.is(a.trySend(''), 0)
    t.is(await a.sendMany([Buffer.alloc(0)]), 1)
    t.deepEqual(await b.recv({ peek: true }), { ...empty, data: Buffer.alloc(0) })
    t.deepEqual(await b.recv(), { ...empty, data: Buffer.alloc(0) })
    t.deepEqual(await b.recvInto(Buffer.alloc(4)), empty)
    t.deepEqual(b.tryRecv(Buffer.alloc(4)), empty)
    for (let round = 0; round < 3; round++) t.is((await b.recv())?.data.length, 0)
    t.is(b.tryRecv(Buffer.alloc(4)), undefined)
  })

  test(`K24 a ${type} message is gathered from its pieces in order`, async (t) => {
    const [a, b] = pair(t, type)
    t.is(await a.sendv(['ab', Buffer.from('c'), '', new Uint8Array([100, 101])]), 5)
    t.is((await b.recv())?.data.toString(), 'abcde')
  })

  for (const count of [1024, 1025, 3000]) {
    test(`K24 a ${type} message can have ${count} pieces`, async (t) => {
      const [a, b] = pair(t, type)
      const sent = randomBytes(count * 7)
      t.is(await a.sendv(cut(sent, 7)), sent.length)
      t.deepEqual((await b.recv())?.data, sent)
      t.is(a.bytesWritten, sent.length)
      t.is(b.tryRecv(Buffer.alloc(1)), undefined)
    })
  }

  test(`K27 20000 numbered ${type} messages arrive in order, none lost`, async (t) => {
    const [a, b] = pair(t, type)
    const count = 20_000
    const sendAll = async () => {
      for (let number = 0; number < count; number++) await a.send(`message ${number}`)
    }
    const sending = sendAll()
    const received: string[] = []
    for await (const { data } of b) {
      received.push(data.toString())
      if (received.length === count) break
    }
    await sending
    t.deepEqual(
      received,
      Array.from({ length: count }, (_, number) => `message ${number}`),
    )
    t.is(b.tryRecv(Buffer.alloc(1)), undefined)
  })

  test(`strings go as UTF-8 in ${type} messages`, async (t) => {
    const [a, b] = pair(t, type)
    const text = 'grüße, 世界 🌍 \0 end'
    t.is(await a.send(text), Buffer.byteLength(text))
    t.is((await b.recv())?.data.toString(), text)
    t.is(await a.sendv(['é', '🌍']), 6)
    t.is((await b.recv())?.data.toString(), 'é🌍')
    t.is(a.trySend('ü'), 2)
    t.is((await b.recv())?.data.toString(), 'ü')
  })

  test(`the iterator over a ${type} end gives messages, and leaving it closes and loses nothing`, async (t) => {
    const [a, b] = pair(t, type)
    for (const text of ['one', '', 'two']) await a.send(text)
    const seen: string[] = []
    for await (const message of b) {
      seen.push(message.data.toString())
      if (seen.length === 2) break
    }
    t.deepEqual(seen, ['one', ''])
    t.false(b.closed)
    t.is((await b.recv())?.data.toString(), 'two')
  })

  test(`data of a received ${type} message is not touched by later ones`, async (t) => {
    const [a, b] = pair(t, type)
    const kept: Buffer[] = []
    for (let round = 0; round < 50; round++) {
      await a.send(`message ${round}`)
      kept.push((await b.recv())?.data as Buffer)
    }
    t.deepEqual(
      kept.map(String),
      kept.map((_, round) => `message ${round}`),
    )
  })
}

test('K29 readableLength of a stream end is all that is queued', async (t) => {
  const [a, b] = pair(t, 'stream')
  await a.write('abc')
  await a.write('defgh')
  t.is(b.readableLength, 8)
  await b.read(Buffer.alloc(2))
  t.is(b.readableLength, 6)
})

test('K29 readableLength of a seqpacket end is all that is queued', async (t) => {
  const [a, b] = pair(t, 'seqpacket')
  await a.send('abc')
  await a.send('defgh')
  t.is(b.readableLength, 8)
  await b.recv()
  t.is(b.readableLength, 5)
  await b.recv()
  t.is(b.readableLength, 0)
})

test('K29 readableLength of a datagram end is that of the first message', async (t) => {
  const [a, b] = pair(t, 'dgram')
  await a.send('abc')
  await a.send('')
  await a.send('defgh')
  t.is(b.readableLength, 3)
  await b.recv()
  t.is(b.readableLength, 0)
  await b.recv()
  t.is(b.readableLength, 5)
})
