// sendMany, recvMany and the slab that they share.
import { MessageBatch } from 'socketpair'
import { randomBytes } from './helpers/digests.ts'
import { rejects } from './helpers/failures.ts'
import { fill } from './helpers/io.ts'
import { MESSAGE_TYPES, pair } from './helpers/pairs.ts'
import { test } from './helpers/test.ts'

const WHOLE = { truncated: false, endOfRecord: false, fds: [], fdsTruncated: false }

function numbered(count: number): Buffer[] {
  return Array.from({ length: count }, (_, number) => Buffer.from(`message ${number}`))
}

function texts(batch: MessageBatch): string[] {
  return Array.from(batch, (message) => Buffer.from(message).toString())
}

test('a new batch is empty', (t) => {
  const batch = new MessageBatch()
  t.is(batch.count, 0)
  t.deepEqual(batch.lengths, new Uint32Array(0))
  t.deepEqual([...batch], [])
})

for (const type of MESSAGE_TYPES) {
  test(`many ${type} messages are sent and received with their boundaries`, async (t) => {
    const [a, b] = pair(t, type)
    const messages = ['one', '', 'three', 'x'.repeat(5000)].map((text) => Buffer.from(text))
    t.is(await a.sendMany(messages), 4)
    t.is(a.bytesWritten, 5008)
    const batch = new MessageBatch()
    t.is(await b.recvMany(batch), 4)
    t.is(batch.count, 4)
    t.deepEqual([...batch.lengths], [3, 0, 5, 5000])
    t.deepEqual(texts(batch), messages.map(String))
    for (const [i, message] of messages.entries()) {
      t.deepEqual(Buffer.from(batch.message(i)), message)
      const size = message.length
      t.deepEqual(batch.info(i), { ...WHOLE, bytesRead: size, messageSize: size })
    }
    t.is(b.bytesRead, 5008)
    t.throws(() => batch.message(4), { code: 'ERR_OUT_OF_RANGE' })
  })

  test(`a batch takes no more ${type} messages than it has places`, async (t) => {
    const [a, b] = pair(t, type)
    await a.sendMany(numbered(7))
    const batch = new MessageBatch({ maxMessages: 3 })
    const seen: string[][] = []
    for (const count of [3, 3, 1]) {
      t.is(await b.recvMany(batch), count)
      seen.push(texts(batch))
    }
    t.deepEqual(seen.flat(), numbered(7).map(String))
    await rejects(t, b.recvMany(batch, { timeout: 0 }), 'ETIMEDOUT')
  })

  test(`a ${type} message that no longer fits the slab waits for the next batch`, async (t) => {
    const [a, b] = pair(t, type)
    await a.sendMany([Buffer.alloc(6, 'a'), Buffer.alloc(6, 'b'), Buffer.alloc(4, 'c')])
    const batch = new MessageBatch({ bytes: 10 })
    t.is(await b.recvMany(batch), 1)
    t.deepEqual(texts(batch), ['aaaaaa'])
    t.is(await b.recvMany(batch), 2)
    t.deepEqual(texts(batch), ['bbbbbb', 'cccc'])
  })

  test(`a ${type} message that is longer than the slab is cut, and says so`, async (t) => {
    const [a, b] = pair(t, type)
    await a.sendMany([Buffer.alloc(25, 'a'), Buffer.from('next')])
    const batch = new MessageBatch({ bytes: 10 })
    t.is(await b.recvMany(batch), 1)
    t.deepEqual(batch.info(0), { ...WHOLE, truncated: true, bytesRead: 10, messageSize: 25 })
    t.deepEqual([...batch.lengths], [10])
    t.is(b.bytesRead, 10)
    t.is(await b.recvMany(batch), 1)
    t.deepEqual(texts(batch), ['next'])
  })

  test(`empty ${type} messages count, also after a full slab`, async (t) => {
    const [a, b] = pair(t, type)
    await a.sendMany([Buffer.alloc(10, 'a'), Buffer.alloc(0), Buffer.alloc(0)])
    const batch = new MessageBatch({ bytes: 10 })
    const seen: string[] = []
    while (seen.length < 3) {
      t.true((await b.recvMany(batch)) > 0)
      seen.push(...texts(batch))
    }
    t.deepEqual(seen, ['aaaaaaaaaa', '', ''])
  })

  test(`recvMany of a ${type} end waits for the first message and takes what is there`, async (t) => {
    const [a, b] = pair(t, type)
    const batch = new MessageBatch()
    const waiting = b.recvMany(batch)
    await a.send('one')
    t.is(await waiting, 1)
    t.deepEqual(texts(batch), ['one'])
  })

  test(`a batch is used again and again by a ${type} end, and its views see the new messages`, async (t) => {
    const [a, b] = pair(t, type)
    const batch = new MessageBatch()
    await a.sendMany([Buffer.from('first'), Buffer.from('second')])
    await b.recvMany(batch)
    const view = batch.message(0)
    await a.send('again')
    await b.recvMany(batch)
    t.is(Buffer.from(view).toString(), 'again')
    t.is(batch.count, 1)
    t.deepEqual([...batch.lengths], [5])
  })

  test(`sendMany of a ${type} end waits until all of its messages have gone`, async (t) => {
    const [a, b] = pair(t, type)
    const messages = numbered(3000)
    const sending = a.sendMany(messages)
    const after = a.send('after')
    const batch = new MessageBatch({ maxMessages: 1024 })
    const seen: string[] = []
    while (seen.length < 3001) {
      await b.recvMany(batch)
      seen.push(...texts(batch))
    }
    t.is(await sending, 3000)
    await after
    t.deepEqual(seen, [...messages.map(String), 'after'])
  })

  test(`K27 20000 ${type} messages go through sendMany and recvMany in order, none lost`, async (t) => {
    const [a, b] = pair(t, type)
    const messages = numbered(20_000)
    const sending = a.sendMany(messages)
    const batch = new MessageBatch()
    const seen: string[] = []
    while (seen.length < messages.length) {
      await b.recvMany(batch)
      seen.push(...texts(batch))
    }
    t.is(await sending, messages.length)
    t.deepEqual(seen, messages.map(String))
  })

  test(`sendMany of nothing sends nothing over a ${type} pair`, async (t) => {
    const [a, b] = pair(t, type)
    t.is(await a.sendMany([]), 0)
    t.is(b.tryRecv(Buffer.alloc(1)), undefined)
  })

  test(`sendMany of a ${type} end stops at a message that is too large, and says how many went`, async (t) => {
    const [a, b] = pair(t, type)
    const tooLarge = Buffer.alloc(a.sendBufferSize)
    const error = await rejects(
      t,
      a.sendMany([Buffer.from('one'), Buffer.from('two'), tooLarge, Buffer.from('four')]),
      'EMSGSIZE',
    )
    t.is(error['messagesSent'], 2)
    t.is(a.bytesWritten, 6)
    const batch = new MessageBatch()
    t.is(await b.recvMany(batch), 2)
    t.deepEqual(texts(batch), ['one', 'two'])
    t.is(b.tryRecv(Buffer.alloc(1)), undefined)
    await a.send('next')
    t.is(await b.recvMany(batch), 1)
  })

  test(`sendMany of a ${type} end that is cancelled says how many went`, async (t) => {
    const [a, b] = pair(t, type)
    const sending = a.sendMany(numbered(3000))
    a.close()
    const error = await rejects(t, sending, 'ECANCELED')
    const sent = error['messagesSent'] as number
    t.true(sent > 50 && sent < 3000)
    const batch = new MessageBatch({ maxMessages: 1024 })
    let seen = 0
    while (seen < sent) seen += await b.recvMany(batch)
    t.is(seen, sent)
    t.is(b.tryRecv(Buffer.alloc(1)), type === 'dgram' ? undefined : null)
    t.is(a.bytesWritten, b.bytesRead)
  })

  test(`a ${type} end that is full takes no message of sendMany after a timeout of 0`, async (t) => {
    const [a, b] = pair(t, type)
    const queued = fill(a, 'queued')
    const error = await rejects(t, a.sendMany(numbered(2), { timeout: 0 }), 'ETIMEDOUT')
    t.is(error['messagesSent'], 0)
    const batch = new MessageBatch({ maxMessages: 1024 })
    let seen = 0
    while (seen < queued) seen += await b.recvMany(batch)
    t.is(b.tryRecv(Buffer.alloc(1)), undefined)
  })

  test(`messages of any size arrive whole through a small slab, over a ${type} pair`, async (t) => {
    const [a, b] = pair(t, type)
    const messages = Array.from({ length: 300 }, (_, i) => randomBytes((i * 37) % 1000))
    const sending = a.sendMany(messages)
    const batch = new MessageBatch({ bytes: 1000, maxMessages: 5 })
    const seen: Buffer[] = []
    while (seen.length < messages.length) {
      await b.recvMany(batch)
      for (const message of batch) seen.push(Buffer.from(message))
    }
    await sending
    t.deepEqual(seen, messages)
  })
}

test('recvMany gives 0 at end-of-file, after the messages that were queued', async (t) => {
  const [a, b] = pair(t, 'seqpacket')
  const batch = new MessageBatch()
  await a.sendMany([Buffer.from('one'), Buffer.alloc(0)])
  a.close()
  t.is(await b.recvMany(batch), 2)
  t.deepEqual(texts(batch), ['one', ''])
  for (let round = 0; round < 2; round++) {
    t.is(await b.recvMany(batch), 0)
    t.is(batch.count, 0)
    t.deepEqual([...batch], [])
  }
})

test('recvMany of a datagram end gives 0 after its own shutdown', async (t) => {
  const [a, b] = pair(t, 'dgram')
  const batch = new MessageBatch()
  await a.send('one')
  b.shutdown('read')
  t.is(await b.recvMany(batch), 1)
  t.is(await b.recvMany(batch), 0)
})

test('recvMany tells of a reset once, then gives what is queued, then the end', async (t) => {
  const [a, b] = pair(t, 'seqpacket')
  const batch = new MessageBatch()
  await b.send('unread')
  await a.sendMany([Buffer.from('one'), Buffer.from('two')])
  a.close()
  await rejects(t, b.recvMany(batch), 'ECONNRESET')
  t.is(await b.recvMany(batch), 2)
  t.is(await b.recvMany(batch), 0)
})
