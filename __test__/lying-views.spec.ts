// A view's own properties can say anything: what is sent and received is what the engine knows of it.
import { runInNewContext } from 'node:vm'
import type { MessageSocket, StreamSocket } from 'socketpair'
import { drain, fill } from './helpers/bytes.ts'
import { MESSAGE_TYPES, pair } from './helpers/pairs.ts'
import { test } from './helpers/test.ts'

const TEN = 'ten bytes.'
const LENGTHS: readonly unknown[] = [5000, 3, 0, -1, 10.5, Number.NaN, Infinity, '10', null]

const value = (it: unknown) => ({ value: it, configurable: true })

/** Properties by which a view can lie of its memory. */
function lies(length: unknown): PropertyDescriptorMap {
  return {
    length: value(length),
    byteLength: value(length),
    byteOffset: value(4),
    buffer: value(new ArrayBuffer(100)),
    subarray: value(() => new Uint8Array(77)),
    slice: value(() => new Uint8Array(77)),
    valueOf: value(() => 'something else'),
    at: value(() => 0),
  }
}

function subclass(properties: PropertyDescriptorMap): (bytes: Uint8Array) => Uint8Array {
  class Liar extends Uint8Array {
    static get [Symbol.species](): Uint8ArrayConstructor {
      throw new Error('the species was asked for')
    }
  }
  Object.defineProperties(Liar.prototype, properties)
  return (bytes) => new Liar(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)
}

/** A length that is true when it is read first, and later is not. */
function fickle(): PropertyDescriptor {
  let times = 0
  return { get: () => (times++ === 0 ? 10 : 5000), configurable: true }
}

/** Ways to make of ten bytes a view that lies of them. */
const LIARS: Record<string, (bytes: Uint8Array) => Uint8Array> = {}
for (const length of LENGTHS) {
  LIARS[`a subclass that says ${String(length)}`] = subclass(lies(length))
  LIARS[`a view whose own length is ${String(length)}`] = (bytes) =>
    Object.defineProperties(bytes, lies(length))
}
LIARS['a subclass that says something else each time'] = (bytes) =>
  subclass({ length: fickle(), byteLength: fickle() })(bytes)
LIARS['a view whose own length is something else each time'] = (bytes) =>
  Object.defineProperties(bytes, { length: fickle(), byteLength: fickle() })
LIARS['a view without a prototype'] = (bytes) => Object.setPrototypeOf(bytes, null)
LIARS['a view of another realm'] = (bytes) =>
  runInNewContext('new Uint8Array(buffer, byteOffset, length)', {
    buffer: bytes.buffer,
    byteOffset: bytes.byteOffset,
    length: bytes.length,
  }) as Uint8Array

function tenBytes(): Uint8Array {
  return new Uint8Array(Buffer.from(`--${TEN}--`)).subarray(2, 12)
}

const WRITES: Record<string, (end: StreamSocket, view: Uint8Array) => unknown> = {
  write: (end, view) => end.write(view),
  'write with options': (end, view) => end.write(view, { timeout: 10_000 }),
  writev: (end, view) => end.writev([view]),
  tryWrite: (end, view) => end.tryWrite(view),
}

const READS: Record<string, (end: StreamSocket, view: Uint8Array) => unknown> = {
  read: (end, view) => end.read(view),
  'read with options': (end, view) => end.read(view, { timeout: 10_000 }),
  readv: (end, view) => end.readv([view]),
  readMessage: async (end, view) => (await end.readMessage(view))?.bytesRead,
  readExactly: async (end, view) => {
    await end.readExactly(view)
    return TEN.length
  },
  tryRead: (end, view) => end.tryRead(view),
}

const SENDS: Record<string, (end: MessageSocket, view: Uint8Array) => unknown> = {
  send: (end, view) => end.send(view),
  'send with options': (end, view) => end.send(view, { timeout: 10_000 }),
  sendv: (end, view) => end.sendv([view]),
  sendMany: async (end, view) => (await end.sendMany([view])) * TEN.length,
  trySend: (end, view) => end.trySend(view),
}

const RECVS: Record<string, (end: MessageSocket, view: Uint8Array) => unknown> = {
  recvInto: async (end, view) => (await end.recvInto(view))?.bytesRead,
  tryRecv: (end, view) => end.tryRecv(view)?.bytesRead,
}

for (const [name, lie] of Object.entries(LIARS)) {
  test(`a stream end moves the ten bytes of ${name}`, async (t) => {
    const [here, there] = pair(t, 'stream')
    for (const [way, write] of Object.entries(WRITES)) {
      t.is(await write(here, lie(tenBytes())), TEN.length, way)
      t.is(drain(there).toString(), TEN, way)
    }
    for (const [way, read] of Object.entries(READS)) {
      await there.write(`${TEN}more`)
      const bytes = new Uint8Array(30)
      t.is(await read(here, lie(bytes.subarray(10, 20))), TEN.length, way)
      t.is(
        Buffer.from(bytes).toString('latin1').replaceAll('\0', '-'),
        `${'-'.repeat(10)}${TEN}${'-'.repeat(10)}`,
        way,
      )
      t.is(drain(here).toString(), 'more', way)
    }
  })

  for (const type of MESSAGE_TYPES) {
    test(`a ${type} end moves the ten bytes of ${name}`, async (t) => {
      const [here, there] = pair(t, type)
      for (const [way, send] of Object.entries(SENDS)) {
        t.is(await send(here, lie(tenBytes())), TEN.length, way)
        t.is((await there.recv())?.data.toString(), TEN, way)
      }
      for (const [way, recv] of Object.entries(RECVS)) {
        await there.send(TEN)
        const bytes = new Uint8Array(30)
        t.is(await recv(here, lie(bytes.subarray(10, 20))), TEN.length, way)
        t.is(Buffer.from(bytes.subarray(10, 20)).toString(), TEN, way)
        t.true(
          bytes.subarray(20).every((byte) => byte === 0),
          way,
        )
      }
    })
  }
}

test('operations that wait move the ten bytes of a view that lies', async (t) => {
  for (const [name, lie] of Object.entries(LIARS)) {
    const [here, there] = pair(t, 'stream')
    const before = fill(here).length
    const writes = [here.write(lie(tenBytes())), here.writev([lie(tenBytes()), lie(tenBytes())])]
    // Once more when nothing may lie any longer.
    const late = tenBytes()
    writes.push(here.write(late))
    Object.defineProperties(late, lies(5000))
    const landed = Buffer.alloc(before + 40)
    await there.readExactly(landed)
    t.deepEqual(await Promise.all(writes), [10, 20, 10], name)
    t.is(landed.subarray(before).toString(), TEN.repeat(4), name)

    const bytes = new Uint8Array(30)
    const reads = [
      here.read(lie(bytes.subarray(0, 10))),
      here.readv([lie(bytes.subarray(10, 20)), lie(bytes.subarray(20, 30))]),
    ]
    await there.write(TEN.repeat(3))
    t.deepEqual(await Promise.all(reads), [10, 20], name)
    t.is(Buffer.from(bytes).toString(), TEN.repeat(3), name)
    here.close()
    there.close()
  }
})

test('the web streams of an end move the ten bytes of a view that lies', async (t) => {
  for (const [name, lie] of Object.entries(LIARS)) {
    const [here, there] = pair(t, 'stream')
    const writer = here.writable.getWriter()
    await writer.write(lie(tenBytes()))
    t.is(drain(there).toString(), TEN, name)
    here.close()
    there.close()
  }
})

const { get: memoryOf } = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  'buffer',
) as { get: () => ArrayBuffer }

/** Takes the memory of a view away. */
function detach(view: Uint8Array): Uint8Array {
  const memory = memoryOf.call(view)
  structuredClone(memory, { transfer: [memory] })
  return view
}

test('a detached view is refused, whatever it says of its length', async (t) => {
  const code = 'ERR_INVALID_STATE'
  for (const lie of [subclass(lies(10)), (view: Uint8Array) => view]) {
    const gone = () => detach(lie(new Uint8Array(10)))
    const [here] = pair(t, 'stream')
    for (const [way, call] of [...Object.entries(WRITES), ...Object.entries(READS)]) {
      await t.throwsAsync(async () => call(here, gone()), { code }, way)
    }
    await t.throwsAsync(here.writable.getWriter().write(gone()), { code })
    for (const type of MESSAGE_TYPES) {
      const [end] = pair(t, type)
      for (const [way, call] of [...Object.entries(SENDS), ...Object.entries(RECVS)]) {
        await t.throwsAsync(async () => call(end, gone()), { code }, way)
      }
      await t.throwsAsync(end.writable.getWriter().write(gone()), { code })
    }
  }
})

test('a Duplex refuses a chunk whose memory is detached', async (t) => {
  for (const type of ['stream', ...MESSAGE_TYPES] as const) {
    const [here] = pair(t, type)
    const duplex = here.toDuplex().on('error', () => {})
    const chunk = detach(Buffer.from(new ArrayBuffer(3)))
    const error = await new Promise((resolve) => duplex.write(chunk, resolve))
    t.like(error, { code: 'ERR_INVALID_STATE' })
    t.true(here.closed)
  }
})
