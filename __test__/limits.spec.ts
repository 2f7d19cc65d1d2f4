import { once } from 'node:events'
import { type AnySocket, StreamSocket } from 'socketpair'
import { hashOf, randomBytes } from './helpers/digests.ts'
import { rejects, throws } from './helpers/failures.ts'
import { fill, put, take, tryPut, tryTake } from './helpers/io.ts'
import { MESSAGE_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { report } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

/** What a message costs besides its bytes. */
const OVERHEAD = 32
const FOUR_MIB = 4 << 20

function pollBits(end: AnySocket): unknown {
  return (report('poll-bits.py', [end]) as unknown[])[0]
}

for (const type of MESSAGE_TYPES) {
  test(`K48 the largest ${type} message is 32 bytes less than the send buffer`, async (t) => {
    const [a, b] = pair(t, type)
    const largest = randomBytes(a.sendBufferSize - OVERHEAD)
    t.is(await a.send(largest), largest.length)
    t.is(hashOf((await b.recv())?.data as Buffer), hashOf(largest))
    const tooLarge = Buffer.alloc(largest.length + 1)
    await rejects(t, a.send(tooLarge), 'EMSGSIZE')
    await rejects(t, a.sendv([largest, 'x']), 'EMSGSIZE')
    throws(t, () => a.trySend(tooLarge), 'EMSGSIZE')
    t.is(tryTake(b), undefined)
    t.is(a.bytesWritten, largest.length)
    await a.send('usable')
    t.is(await take(b), 'usable')
  })

  test(`K48 a larger send buffer makes larger ${type} messages possible`, async (t) => {
    const [a, b] = pair(t, type)
    const message = randomBytes(a.sendBufferSize + 1)
    await rejects(t, a.send(message), 'EMSGSIZE')
    a.sendBufferSize = message.length
    t.is(await a.send(message), message.length)
    t.is(hashOf((await b.recv())?.data as Buffer), hashOf(message))
  })

  test(`K50 4 MiB are too much for one ${type} message`, async (t) => {
    const [a, b] = pair(t, type)
    throws(t, () => a.trySend(Buffer.alloc(FOUR_MIB)), 'EMSGSIZE')
    await rejects(t, a.send(Buffer.alloc(FOUR_MIB)), 'EMSGSIZE')
    t.is(tryTake(b), undefined)
  })
}

test('K48 a stream takes the largest message and a byte more', async (t) => {
  const [a, b] = pair(t, 'stream')
  for (const size of [a.sendBufferSize - OVERHEAD, a.sendBufferSize - OVERHEAD + 1]) {
    const sent = randomBytes(size)
    const received = Buffer.alloc(size)
    const [written] = await Promise.all([a.write(sent), b.readExactly(received)])
    t.is(written, size)
    t.is(hashOf(received), hashOf(sent))
  }
})

test('K50 a stream takes a part of 4 MiB without waiting, and the peer gets exactly that part', async (t) => {
  const [a, b] = pair(t, 'stream')
  const data = randomBytes(FOUR_MIB)
  const taken = a.tryWrite(data) as number
  t.true(taken > 0 && taken < FOUR_MIB)
  t.is(a.bytesWritten, taken)
  a.shutdown('write')
  const received: Buffer[] = []
  for await (const chunk of b) received.push(chunk)
  t.is(hashOf(...received), hashOf(data.subarray(0, taken)))
})

test('a write that is given up says how much of it went, and the peer gets exactly that', async (t) => {
  const [a, b] = pair(t, 'stream')
  const data = randomBytes(FOUR_MIB)
  const controller = new AbortController()
  const writing = a.write(data, { signal: controller.signal })
  controller.abort(new Error('given up'))
  const error = await t.throwsAsync(writing, { message: 'given up' })
  const { bytesWritten } = error as unknown as { bytesWritten: number }
  t.true(bytesWritten > 0 && bytesWritten < FOUR_MIB)
  t.is(a.bytesWritten, bytesWritten)
  a.shutdown('write')
  const received: Buffer[] = []
  for await (const chunk of b) received.push(chunk)
  t.is(hashOf(...received), hashOf(data.subarray(0, bytesWritten)))
})

for (const type of TYPES) {
  test(`K49 a ${type} pair fills, drains and fills again, in order`, async (t) => {
    const [a, b] = pair(t, type)
    for (let round = 0; round < 3; round++) {
      t.true((pollBits(a) as string[]).includes('OUT'))
      let count = 0
      while (tryPut(a, `${String(count).padStart(7)} `) !== undefined) count++
      // 278 were observed; what matters is that net.unix.max_dgram_qlen does not limit a pair.
      t.true(count > 50, `${count} messages`)
      t.false((pollBits(a) as string[]).includes('OUT'))
      let seen = ''
      for (let piece = tryTake(b); piece; piece = tryTake(b)) seen += piece
      t.deepEqual(
        seen.trim().split(/ +/).map(Number),
        Array.from({ length: count }, (_, index) => index),
      )
    }
  })

  test(`F9 a ${type} end sends whenever there is room, also when poll says there is not enough`, async (t) => {
    const [a, b] = pair(t, type)
    const count = fill(a, Buffer.alloc(100))
    t.true(count > 50)
    // A part of the queue is drained: less than poll wants for POLLOUT.
    for (let i = 0; i < count / 4; i++) {
      if (b instanceof StreamSocket) await b.readExactly(Buffer.alloc(100))
      else await b.recv()
    }
    t.false((pollBits(a) as string[]).includes('OUT'))
    t.is(await put(a, 'x'), 1)
  })

  test(`K51 buffer sizes of a ${type} end are doubled, have floors, and are its own`, (t) => {
    const [a, b] = pair(t, type)
    const before = [b.sendBufferSize, b.recvBufferSize]
    a.sendBufferSize = 30_000
    a.recvBufferSize = 40_000
    t.deepEqual([a.sendBufferSize, a.recvBufferSize], [60_000, 80_000])
    a.sendBufferSize = 0
    a.recvBufferSize = 0
    t.deepEqual([a.sendBufferSize, a.recvBufferSize], [4608, 2304])
    a.sendBufferSize = 2 ** 31 - 1
    t.true(a.sendBufferSize >= 4608)
    t.deepEqual([b.sendBufferSize, b.recvBufferSize], before)
    t.deepEqual(report('short-option.py', [a]), ['EINVAL', 'EINVAL'])
  })

  test(`K51 a larger send buffer lets a full ${type} end send`, async (t) => {
    const [a, b] = pair(t, type, { sendBufferSize: 0 })
    t.true(fill(a, 'queued') > 0)
    const waiting = put(a, 'waiting')
    a.sendBufferSize = 1 << 20
    t.is(await waiting, 7)
    let seen = ''
    for (let piece = tryTake(b); piece; piece = tryTake(b)) seen += piece
    t.true(seen.endsWith('waiting'))
  })
}

test('a socket with endless data does not keep timers and other sockets from their turn', async (t) => {
  const [a, b] = pair(t, 'stream')
  const [c, d] = pair(t, 'seqpacket')
  const over = new AbortController()
  const flood = async () => {
    const data = Buffer.alloc(1024)
    while (!over.signal.aborted) await a.write(data)
  }
  const drain = async () => {
    const buffer = Buffer.alloc(1024)
    while ((await b.read(buffer)) > 0);
  }
  const busy = [flood(), drain()]
  const waiting = d.recv()
  await once(AbortSignal.timeout(1), 'abort')
  await c.send('through')
  t.is((await waiting)?.data.toString(), 'through')
  over.abort()
  await busy[0]
  a.shutdown('write')
  await busy[1]
  t.true(b.bytesRead > 0)
  t.is(b.bytesRead, a.bytesWritten)
})
