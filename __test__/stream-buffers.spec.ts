// The memory that bytes are moved from and to.
import type { StreamSocket } from 'socketpair'
import { fill } from './helpers/io.ts'
import { rejects } from './helpers/failures.ts'
import { pair } from './helpers/pairs.ts'
import { test } from './helpers/test.ts'

/** The ways to receive that fill a buffer of the caller. */
const WAYS: Record<string, (end: StreamSocket, buffer: Uint8Array) => Promise<unknown>> = {
  read: (end, buffer) => end.read(buffer),
  readv: (end, buffer) => end.readv([buffer]),
  readExactly: (end, buffer) => end.readExactly(buffer),
}

const CHANGES: Record<string, (memory: ArrayBuffer) => void> = {
  detached: (memory) => structuredClone(memory, { transfer: [memory] }),
  shrunk: (memory) => memory.resize(2),
}

test('K22 an empty write does nothing', async (t) => {
  const [a, b] = pair(t, 'stream')
  t.is(await a.write(''), 0)
  t.is(await a.write(new Uint8Array(0)), 0)
  t.is(await a.writev([]), 0)
  t.is(await a.writev(['', '']), 0)
  t.is(a.tryWrite(''), 0)
  t.is(b.readableLength, 0)
  t.is(b.tryRead(Buffer.alloc(1)), undefined)
  t.is(a.bytesWritten, 0)
})

test('an empty buffer reads 0 and touches nothing', async (t) => {
  const [a, b] = pair(t, 'stream')
  const empty = new Uint8Array(0)
  for (const queued of [0, 3]) {
    if (queued > 0) await a.write('abc')
    t.is(await b.read(empty), 0)
    t.is(await b.readv([]), 0)
    t.is(await b.readv([empty, empty]), 0)
    t.is(await b.readExactly(empty), undefined)
    t.is(b.tryRead(empty), 0)
    t.is(b.readableLength, queued)
  }
})

test('strings go as UTF-8, and bytes are what is counted', async (t) => {
  const [a, b] = pair(t, 'stream')
  const text = 'grüße, 世界 🌍 \0 end'
  t.is(await a.write(text), Buffer.byteLength(text))
  t.is(a.tryWrite('ü'), 2)
  t.is(await a.writev(['é', '🌍']), 6)
  t.is((await b.readChunk())?.toString(), `${text}üé🌍`)
  // A lone surrogate has no UTF-8: what Node makes of it everywhere.
  await a.write('\uD800')
  t.deepEqual(await b.readChunk(), Buffer.from([0xef, 0xbf, 0xbd]))
})

test('views with an offset send and receive their own bytes only', async (t) => {
  const [a, b] = pair(t, 'stream')
  const source = Buffer.from('--abc--')
  t.is(await a.write(source.subarray(2, 5)), 3)
  t.is(await a.writev([new Uint8Array(source.buffer, source.byteOffset + 3, 2)]), 2)
  for (const [name, way] of Object.entries(WAYS)) {
    await a.write('xyz')
    const target = Buffer.alloc(10, '-')
    if (name === 'read') {
      t.is(await b.read(target.subarray(1, 6)), 5)
      t.is(target.toString(), '-abcbc----')
      target.fill('-')
    }
    await way(b, target.subarray(4, 7))
    t.is(target.toString(), '----xyz---', name)
  }
})

test('SharedArrayBuffers can be sent and received into', async (t) => {
  const [a, b] = pair(t, 'stream')
  const source = new Uint8Array(new SharedArrayBuffer(8), 2, 3)
  source.set([1, 2, 3])
  for (const [name, way] of Object.entries(WAYS)) {
    t.is(await a.write(source), 3)
    const target = new Uint8Array(new SharedArrayBuffer(8), 4, 3)
    await way(b, target)
    t.deepEqual([...target], [1, 2, 3], name)
  }
  t.is(a.tryWrite(source), 3)
  const target = new Uint8Array(new SharedArrayBuffer(3))
  t.is(b.tryRead(target), 3)
  t.deepEqual([...target], [1, 2, 3])
})

for (const [name, way] of Object.entries(WAYS)) {
  test(`${name}: a buffer that grew while it waited gets what was asked for`, async (t) => {
    const [a, b] = pair(t, 'stream')
    const memory = new ArrayBuffer(4, { maxByteLength: 1 << 20 })
    const waiting = way(b, new Uint8Array(memory))
    memory.resize(1 << 20)
    await a.write('abcdef')
    await waiting
    t.is(Buffer.from(memory, 0, 8).toString('latin1'), 'abcd\0\0\0\0')
    t.is((await b.readChunk())?.toString(), 'ef')
  })

  test(`${name}: a buffer that was shrunk while it waited is an error, and nothing is lost`, async (t) => {
    const [a, b] = pair(t, 'stream')
    const memory = new ArrayBuffer(8, { maxByteLength: 16 })
    const waiting = way(b, new Uint8Array(memory))
    memory.resize(2)
    await a.write('abcdef')
    await rejects(t, waiting, 'ERR_INVALID_STATE')
    t.is((await b.readChunk())?.toString(), 'abcdef')
    t.is(b.bytesRead, 6)
  })

  test(`${name}: a buffer that was detached while it waited is an error, and nothing is lost`, async (t) => {
    const [a, b] = pair(t, 'stream')
    const memory = new ArrayBuffer(8)
    const waiting = way(b, new Uint8Array(memory))
    structuredClone(memory, { transfer: [memory] })
    await a.write('abcdef')
    await rejects(t, waiting, 'ERR_INVALID_STATE')
    t.is((await b.readChunk())?.toString(), 'abcdef')
  })

  test(`3.1 h, ${name}: a buffer that is detached already is refused, and nothing is lost`, async (t) => {
    const [a, b] = pair(t, 'stream')
    await a.write('abc')
    const memory = new ArrayBuffer(8)
    const view = new Uint8Array(memory)
    structuredClone(memory, { transfer: [memory] })
    await rejects(t, way(b, view), 'ERR_INVALID_STATE')
    t.is((await b.readChunk())?.toString(), 'abc')
  })
}

test('3.1 h bytes that are detached already are refused, and nothing is sent', async (t) => {
  const [a, b] = pair(t, 'stream')
  const memory = new ArrayBuffer(8)
  const view = new Uint8Array(memory)
  structuredClone(memory, { transfer: [memory] })
  await rejects(t, a.write(view), 'ERR_INVALID_STATE')
  await rejects(t, a.writev(['x', view]), 'ERR_INVALID_STATE')
  t.throws(() => a.tryWrite(view), { code: 'ERR_INVALID_STATE' })
  t.throws(() => a.tryRead(view), { code: 'ERR_INVALID_STATE' })
  t.is(b.readableLength, 0)
})

for (const [name, change] of Object.entries(CHANGES)) {
  for (const method of ['write', 'writev'] as const) {
    test(`${method}: bytes that were ${name} while they waited are an error, and none is sent`, async (t) => {
      const [a, b] = pair(t, 'stream')
      const queued = fill(a, Buffer.alloc(4096)) > 0
      t.true(queued)
      const before = a.bytesWritten
      const memory = new ArrayBuffer(8, { maxByteLength: 16 })
      const view = new Uint8Array(memory)
      const waiting = method === 'write' ? a.write(view) : a.writev([view])
      change(memory)
      const failed = rejects(t, waiting, 'ERR_INVALID_STATE')
      while (b.readableLength > 0) await b.readChunk()
      const error = await failed
      t.is(error['bytesWritten'], 0)
      t.is(a.bytesWritten, before)
      await a.write('next')
      t.is((await b.readChunk())?.toString(), 'next')
    })
  }
}

test('a list may be changed once it was passed', async (t) => {
  const [a, b] = pair(t, 'stream')
  const [first, second] = [Buffer.alloc(2), Buffer.alloc(2)]
  const list = [first, second]
  const waiting = b.readv(list)
  list.length = 0
  await a.write('abcd')
  t.is(await waiting, 4)
  t.deepEqual([String(first), String(second)], ['ab', 'cd'])
})
