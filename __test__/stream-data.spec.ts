import type { StreamSocket } from 'socketpair'
import { cut, hashOf, randomBytes } from './helpers/digests.ts'
import { rejects } from './helpers/failures.ts'
import { pair } from './helpers/pairs.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

test('K16 10 KiB of random bytes arrive intact both ways', async (t) => {
  const [a, b] = pair(t, 'stream')
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const sent = randomBytes(10 * 1024)
    const received = Buffer.alloc(sent.length)
    t.is(await from.write(sent), sent.length)
    await to.readExactly(received)
    t.deepEqual(received, sent)
    t.is(from.bytesWritten, sent.length)
    t.is(to.bytesRead, sent.length)
  }
})

test('K17 writes are glued together', async (t) => {
  const [a, b] = pair(t, 'stream')
  await a.write('ab')
  await a.write('cde')
  const buffer = Buffer.alloc(16)
  t.is(await b.read(buffer), 5)
  t.is(buffer.toString('latin1', 0, 5), 'abcde')
})

test('K17 a write can be read two bytes by two', async (t) => {
  const [a, b] = pair(t, 'stream')
  await a.write('abcdef')
  const buffer = Buffer.alloc(2)
  for (const expected of ['ab', 'cd', 'ef']) {
    t.is(await b.read(buffer), 2)
    t.is(buffer.toString(), expected)
  }
  t.is(b.tryRead(buffer), undefined)
})

async function receiveAll(end: StreamSocket): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of end) chunks.push(chunk)
  return hashOf(...chunks)
}

test('K28 8 MiB both ways at once arrive intact, then each half is closed', async (t) => {
  const [a, b] = pair(t, 'stream')
  const [fromA, fromB] = [randomBytes(8 << 20), randomBytes(8 << 20)]
  const sendAll = async (end: StreamSocket, data: Buffer) => {
    t.is(await end.write(data), data.length)
    end.shutdown('write')
  }
  const [, , atA, atB] = await Promise.all([
    sendAll(a, fromA),
    sendAll(b, fromB),
    receiveAll(a),
    receiveAll(b),
  ])
  t.is(atB, hashOf(fromA))
  t.is(atA, hashOf(fromB))
  t.deepEqual([a.bytesRead, a.bytesWritten], [8 << 20, 8 << 20])
  t.deepEqual([b.bytesRead, b.bytesWritten], [8 << 20, 8 << 20])
})

test('readExactly waits for all of its bytes, and leaves the rest', async (t) => {
  const [a, b] = pair(t, 'stream')
  const buffer = Buffer.alloc(6)
  const filled = b.readExactly(buffer)
  await a.write('ab')
  await a.write('cd')
  await a.write('efgh')
  t.is(await filled, undefined)
  t.is(buffer.toString(), 'abcdef')
  t.is(b.readableLength, 2)
  t.is(b.bytesRead, 6)
})

test('readExactly is told when the end comes first, and how much had landed', async (t) => {
  const [a, b] = pair(t, 'stream')
  const buffer = Buffer.alloc(8)
  await a.write('abc')
  a.close()
  const error = await rejects(t, b.readExactly(buffer), 'ERR_UNEXPECTED_EOF')
  t.is(error['bytesRead'], 3)
  t.is(buffer.toString('latin1', 0, 3), 'abc')
  t.is(b.bytesRead, 3)
  t.is(await b.read(buffer), 0)
})

test('readExactly at the end finds nothing, and says so', async (t) => {
  const [a, b] = pair(t, 'stream')
  a.close()
  const error = await rejects(t, b.readExactly(Buffer.alloc(1)), 'ERR_UNEXPECTED_EOF')
  t.is(error['bytesRead'], 0)
})

test('readExactly that is cancelled says how much had landed', async (t) => {
  const [a, b] = pair(t, 'stream')
  const waiting = b.readExactly(Buffer.alloc(8))
  await a.write('abc')
  await until(() => b.bytesRead === 3)
  b.close()
  const error = await rejects(t, waiting, 'ECANCELED')
  t.is(error['bytesRead'], 3)
  t.is(b.bytesRead, 3)
})

test('readChunk gives what is there, at most what was asked, in memory of its own', async (t) => {
  const [a, b] = pair(t, 'stream')
  await a.write('abcdef')
  const first = await b.readChunk(4)
  const second = await b.readChunk()
  t.true(Buffer.isBuffer(first))
  t.deepEqual([first?.toString(), second?.toString()], ['abcd', 'ef'])
  await a.write('xxxxxx')
  await b.readChunk()
  t.deepEqual([first?.toString(), second?.toString()], ['abcd', 'ef'])
  a.close()
  t.is(await b.readChunk(), null)
  t.is(await b.readChunk(), null)
})

test('big chunks share no memory with each other', async (t) => {
  const [a, b] = pair(t, 'stream')
  const sent = randomBytes(256 * 1024)
  const written = a.write(sent).then(() => a.shutdown('write'))
  const chunks: Buffer[] = []
  for await (const chunk of b) chunks.push(chunk)
  await written
  t.is(hashOf(...chunks), hashOf(sent))
  t.true(chunks.every((chunk) => chunk.length <= 64 * 1024))
})

test('the iterator ends at end-of-file and closes nothing', async (t) => {
  const [a, b] = pair(t, 'stream')
  await a.write('abc')
  a.shutdown('write')
  const chunks: string[] = []
  for await (const chunk of b) chunks.push(chunk.toString())
  t.deepEqual(chunks, ['abc'])
  t.false(b.closed)
  await b.write('back')
  t.is((await a.readChunk())?.toString(), 'back')
})

test('leaving the loop over an end closes nothing and loses nothing', async (t) => {
  const [a, b] = pair(t, 'stream')
  await a.write('abc')
  for await (const chunk of b) {
    t.is(chunk.toString(), 'abc')
    break
  }
  t.false(b.closed)
  await a.write('def')
  t.is((await b.readChunk())?.toString(), 'def')
})

test('K24 writev sends its pieces in order and readv fills its buffers in order', async (t) => {
  const [a, b] = pair(t, 'stream')
  t.is(await a.writev(['ab', Buffer.from('c'), '', new Uint8Array([100, 101])]), 5)
  const buffers = [Buffer.alloc(1), Buffer.alloc(0), Buffer.alloc(3), Buffer.alloc(4)]
  t.is(await b.readv(buffers), 5)
  t.deepEqual(
    buffers.map((buffer) => buffer.toString('latin1').replaceAll('\0', '')),
    ['a', '', 'bcd', 'e'],
  )
})

for (const count of [1024, 1025, 5000]) {
  test(`K24 writev and readv take ${count} pieces`, async (t) => {
    const [a, b] = pair(t, 'stream')
    const sent = randomBytes(count * 3)
    t.is(await a.writev(cut(sent, 3)), sent.length)
    const received = Buffer.alloc(sent.length)
    const pieces = cut(received, 3)
    let landed = 0
    while (landed < sent.length) landed += await b.readv(pieces.slice(landed / 3))
    t.is(landed, sent.length)
    t.deepEqual(received, sent)
  })
}

test('writev of more than the queue takes sends all, with nothing in between', async (t) => {
  const [a, b] = pair(t, 'stream')
  const sent = randomBytes(3 << 20)
  const [many, one] = [a.writev(cut(sent, 1000)), a.write('after')]
  const received = Buffer.alloc(sent.length + 5)
  await b.readExactly(received)
  t.is(await many, sent.length)
  t.is(await one, 5)
  t.is(hashOf(received.subarray(0, sent.length)), hashOf(sent))
  t.is(received.toString('latin1', sent.length), 'after')
  t.is(a.bytesWritten, sent.length + 5)
})

test('operations of one direction settle in the order of their calls, whatever the method', async (t) => {
  const [a, b] = pair(t, 'stream')
  const settled: string[] = []
  const note = (name: string, promise: Promise<unknown>) =>
    promise.then((value) =>
      settled.push(`${name} ${Buffer.isBuffer(value) ? value.toString() : value}`),
    )
  const buffers = [Buffer.alloc(2), Buffer.alloc(2), Buffer.alloc(3)] as const
  const reads = [
    note('read', b.read(buffers[0])),
    note('readv', b.readv([buffers[1]])),
    note('readExactly', b.readExactly(buffers[2])),
    note('readChunk', b.readChunk(1)),
  ]
  t.is(b.tryRead(Buffer.alloc(1)), undefined)
  await a.write('abcdefgh')
  await Promise.all(reads)
  t.deepEqual(settled, ['read 2', 'readv 2', 'readExactly undefined', 'readChunk h'])
  t.deepEqual(buffers.map(String), ['ab', 'cd', 'efg'])
})
