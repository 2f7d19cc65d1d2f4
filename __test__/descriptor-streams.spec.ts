// Descriptors and streams: they belong to the bytes they were sent with, and come once.
import type { StreamSocket } from 'socketpair'
import { openDescriptors } from './helpers/descriptors.ts'
import { hashOf, randomBytes } from './helpers/digests.ts'
import { rejects } from './helpers/failures.ts'
import { tryTake } from './helpers/io.ts'
import { pair } from './helpers/pairs.ts'
import { fileOf, pass, receive } from './helpers/passing.ts'
import { pipe, pipes } from './helpers/pipes.ts'
import { test } from './helpers/test.ts'

/** Reads to the end; gives the bytes, and how many descriptors came at which place. */
async function readAll(end: StreamSocket, room: number) {
  const pieces: Buffer[] = []
  const came: { at: number; count: number }[] = []
  let at = 0
  for (;;) {
    const buffer = Buffer.alloc(room)
    const info = await end.readMessage(buffer)
    if (info === null) return { bytes: Buffer.concat(pieces), came }
    if (info.fds.length > 0) came.push({ at, count: info.fds.length })
    for (const fd of info.fds) fd.close()
    pieces.push(buffer.subarray(0, info.bytesRead))
    at += info.bytesRead
  }
}

for (const room of [1 << 20, 10_000]) {
  test(`a write of 6 MiB carries its descriptors once, with its first byte, read ${room} bytes at a time`, async (t) => {
    const [a, b] = pair(t, 'stream')
    const one = pipe(t)
    const data = randomBytes(6 << 20)
    const reading = readAll(b, room)
    t.is(await pass(a, data, [one.writer, one.writer, one.writer]), data.length)
    one.closeWriter()
    a.close()
    const { bytes, came } = await reading
    t.is(hashOf(bytes), hashOf(data))
    t.deepEqual(came, [{ at: 0, count: 3 }])
    t.is(one.read(), '')
  })
}

test('a writev of 6 MiB in many pieces carries its descriptors once, with its first byte', async (t) => {
  const [a, b] = pair(t, 'stream')
  const { writer } = pipe(t)
  const piece = randomBytes(3000)
  const pieces = Array.from({ length: 2000 }, () => piece)
  const reading = readAll(b, 1 << 20)
  t.is(await a.writev(pieces, { fds: [writer] }), 6_000_000)
  a.close()
  const { bytes, came } = await reading
  t.is(hashOf(bytes), hashOf(...pieces))
  t.deepEqual(came, [{ at: 0, count: 1 }])
})

test('writes whose first pieces are empty carry their descriptors with their first byte', async (t) => {
  const [a, b] = pair(t, 'stream')
  const { writer } = pipe(t)
  t.is(await a.writev(['', '', 'x', '', 'y'], { fds: [writer] }), 2)
  const { text, fds } = await receive(t, b)
  t.deepEqual([text, fds.length], ['xy', 1])
})

test('bytes sent before are glued to those with descriptors, and carryingByte says where these are', async (t) => {
  const [a, b] = pair(t, 'stream')
  const { writer } = pipe(t)
  await a.write('AA')
  await pass(a, 'BB', [writer])
  await a.write('CC')
  const buffer = Buffer.alloc(64)
  let carriedBy: string | undefined
  let seen = ''
  while (seen.length < 6) {
    const info = await b.readMessage(buffer)
    if (info === null) return t.fail('ended')
    const text = buffer.toString('latin1', 0, info.bytesRead)
    seen += text
    for (const fd of info.fds) fd.close()
    if (info.fds.length === 0) t.false('carryingByte' in info)
    else {
      t.is(carriedBy, undefined, 'once')
      carriedBy = text[info.carryingByte as number]
      t.false(text.includes('C'), 'a read stops behind the bytes that carried descriptors')
    }
  }
  t.is(seen, 'AABBCC')
  t.is(carriedBy, 'B')
})

test('carryingByte holds for each of many writes, however the reads cut them', async (t) => {
  for (const room of [1, 2, 3, 5, 7, 64]) {
    const [a, b] = pair(t, 'stream')
    const { writer } = pipe(t)
    // Capitals carry descriptors, as many as their place in the alphabet.
    const writes = ['a', 'BB', 'cc', 'DDD', 'E', 'f', 'G', 'hhhh', 'II']
    const expected = new Map<string, number>()
    for (const text of writes) {
      const first = text[0] as string
      const count = (first.codePointAt(0) as number) - 64
      if (first < 'a') {
        expected.set(first, count)
        await pass(
          a,
          text,
          Array.from({ length: count }, () => writer),
        )
      } else await a.write(text)
    }
    const found = new Map<string, number>()
    let seen = ''
    const buffer = Buffer.alloc(room)
    while (seen.length < writes.join('').length) {
      const info = await b.readMessage(buffer)
      if (info === null) return t.fail('ended')
      seen += buffer.toString('latin1', 0, info.bytesRead)
      if (info.carryingByte !== undefined) {
        found.set(String.fromCodePoint(buffer[info.carryingByte] as number), info.fds.length)
      }
      for (const fd of info.fds) fd.close()
    }
    t.is(seen, writes.join(''))
    t.deepEqual(found, expected, `${room} bytes at a time`)
  }
})

test('a part of a write that is read brings all its descriptors, and the rest none', async (t) => {
  const [a, b] = pair(t, 'stream')
  const two = pipes(t, 2).map(({ writer }) => writer)
  await pass(a, 'abcdef', two)
  const buffer = Buffer.alloc(2)
  const first = await b.readMessage(buffer)
  t.deepEqual(
    first?.fds.map(({ fd }) => fileOf(fd)),
    two.map(fileOf),
  )
  for (const fd of first?.fds ?? []) fd.close()
  for (const expected of ['cd', 'ef']) {
    const info = await b.readMessage(buffer)
    t.is(buffer.toString(), expected)
    t.deepEqual([info?.fds, info?.fdsTruncated], [[], false])
  }
})

test('descriptors or credentials without a byte to carry them are refused on a stream', async (t) => {
  const [a, b] = pair(t, 'stream')
  const { writer } = pipe(t)
  const before = openDescriptors()
  for (const options of [{ fds: [writer] }, { credentials: {} }, { credentials: { pid: 1 } }]) {
    for (const refused of [
      a.write('', options),
      a.write(Buffer.alloc(0), options),
      a.writev([], options),
      a.writev(['', Buffer.alloc(0)], options),
    ]) {
      await rejects(t, refused, 'ERR_INVALID_ARG_VALUE')
    }
  }
  t.is(tryTake(b), undefined)
  t.deepEqual(openDescriptors(), before)
  t.is(await a.write('', { fds: [] }), 0)
})

test('readMessage gives null at end-of-file, and what was sent before it', async (t) => {
  const [a, b] = pair(t, 'stream')
  const { writer } = pipe(t)
  await pass(a, 'last', [writer])
  a.close()
  const { text, fds } = await receive(t, b)
  t.deepEqual([text, fds.length], ['last', 1])
  t.is(await b.readMessage(Buffer.alloc(4)), null)
  t.is(await b.readMessage(Buffer.alloc(4)), null)
})

test('readMessage into an empty buffer touches nothing', async (t) => {
  const [a, b] = pair(t, 'stream')
  const { writer } = pipe(t)
  await pass(a, 'x', [writer])
  const before = openDescriptors()
  const info = await b.readMessage(Buffer.alloc(0))
  t.deepEqual([info?.bytesRead, info?.fds], [0, []])
  t.deepEqual(openDescriptors(), before)
  t.is((await receive(t, b)).fds.length, 1)
  a.close()
  t.is((await b.readMessage(Buffer.alloc(0)))?.bytesRead, 0)
})

test('readMessage waits for data as a read does, in order with other reads', async (t) => {
  const [a, b] = pair(t, 'stream')
  const { writer } = pipe(t)
  const one = Buffer.alloc(1)
  const buffers = [Buffer.alloc(1), Buffer.alloc(1)] as const
  const first = b.read(one)
  const second = b.readMessage(buffers[0])
  const third = b.readMessage(buffers[1])
  await a.write('1')
  t.is(await first, 1)
  await pass(a, '2', [writer])
  t.is((await second)?.fds.length, 1)
  for (const fd of (await second)?.fds ?? []) fd.close()
  await a.write('3')
  t.deepEqual((await third)?.fds, [])
  t.is(`${one}${buffers[0]}${buffers[1]}`, '123')
  t.is(b.bytesRead, 3)
})

test('a readMessage that ends early has taken no descriptor', async (t) => {
  const [a, b] = pair(t, 'stream')
  const { writer } = pipe(t)
  const controller = new AbortController()
  const aborted = b.readMessage(Buffer.alloc(4), { signal: controller.signal })
  const late = b.readMessage(Buffer.alloc(4), { timeout: 1 })
  controller.abort(new Error('planned'))
  await t.throwsAsync(aborted, { message: 'planned' })
  await rejects(t, late, 'ETIMEDOUT')
  await pass(a, 'x', [writer])
  t.is((await receive(t, b)).fds.length, 1)
  const closed = b.readMessage(Buffer.alloc(4))
  b.close()
  await rejects(t, closed, 'ECANCELED')
  await rejects(t, b.readMessage(Buffer.alloc(4)), 'EBADF')
})
