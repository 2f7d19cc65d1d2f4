// Memory that JavaScript takes away, resizes or writes to while a call is at work on it: the call moves bytes of that
// memory alone, or fails, and the process lives on.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { MessageSocket, StreamSocket } from 'socketpair'
import { drain } from './helpers/bytes.ts'
import { MESSAGE_TYPES, pair } from './helpers/pairs.ts'
import { test } from './helpers/test.ts'

const SIZE = 1 << 20

/** Ways to take the memory of a view away, from the end of a list on that holds it. */
const THIEVES: Record<string, (memory: ArrayBuffer) => void> = {
  shrinks: (memory) => memory.resize(0),
  'detaches by structuredClone()': (memory) => void structuredClone(memory, { transfer: [memory] }),
}
type Transferable = ArrayBuffer & { transfer?: (length?: number) => ArrayBuffer }
// Node 20 has none.
if ('transfer' in ArrayBuffer.prototype) {
  THIEVES['detaches by ArrayBuffer.transfer()'] = (memory) =>
    void (memory as Transferable).transfer?.(1)
}

/** A view that follows its memory, full of one byte. */
function victim(byte = 0x61): Uint8Array {
  return new Uint8Array(new ArrayBuffer(SIZE, { maxByteLength: 2 * SIZE })).fill(byte)
}

/** Lists whose second entry, when it is looked at, lets `steal` have the memory of the first. */
const LISTS: Record<string, (first: Uint8Array, steal: () => void) => Uint8Array[]> = {
  'a getter': (first, steal) => {
    const list = [first]
    const get = () => {
      steal()
      return new Uint8Array([0x62])
    }
    return Object.defineProperty(list, 1, { get, enumerable: true })
  },
  'a Proxy': (first, steal) =>
    new Proxy([first, new Uint8Array([0x62])], {
      get(list, key) {
        if (key === '1') steal()
        return Reflect.get(list, key) as unknown
      },
    }),
  'an iterator': (first, steal) => {
    const list = [first, new Uint8Array([0x62])]
    list[Symbol.iterator] = function* entries() {
      yield first
      steal()
      yield new Uint8Array([0x62])
    } as () => ArrayIterator<Uint8Array>
    return list
  },
}

type Call = (end: never, list: Uint8Array[]) => unknown
const STREAM_CALLS: Record<string, Call> = {
  writev: (end: StreamSocket, list) => end.writev(list),
  readv: (end: StreamSocket, list) => end.readv(list),
}
const MESSAGE_CALLS: Record<string, Call> = {
  sendv: (end: MessageSocket, list) => end.sendv(list),
  sendMany: (end: MessageSocket, list) => end.sendMany(list),
}

/** The bytes that came are of the lists alone. */
const ofTheLists = (bytes: Uint8Array) => bytes.every((byte) => byte === 0x61 || byte === 0x62)

for (const [how, take] of Object.entries(THIEVES)) {
  for (const [what, listOf] of Object.entries(LISTS)) {
    test(`a stream end reads and sends no memory that ${what} ${how} meanwhile`, async (t) => {
      for (const [way, call] of Object.entries(STREAM_CALLS)) {
        const [here, there] = pair(t, 'stream')
        const first = victim()
        await there.write('four')
        const memory = first.buffer as ArrayBuffer
        const outcome = Promise.resolve(
          (async () =>
            call(
              here as never,
              listOf(first, () => take(memory)),
            ))(),
        ).catch((error: NodeJS.ErrnoException) => error)
        const reader = there.readChunk()
        const result = await Promise.race([outcome, reader.then(() => outcome)])
        here.close()
        const came = await reader.catch(() => null)
        if (result instanceof Error) {
          t.true(
            'code' in result && String(result.code).startsWith('ERR_INVALID'),
            `${way}: ${result.stack}`,
          )
        } else t.is(typeof result, 'number', way)
        t.true(ofTheLists(came ?? new Uint8Array()), way)
      }
    })

    for (const type of MESSAGE_TYPES) {
      test(`a ${type} end sends no memory that ${what} ${how} meanwhile`, async (t) => {
        for (const [way, call] of Object.entries(MESSAGE_CALLS)) {
          const [here, there] = pair(t, type)
          const first = victim().subarray(0, 1000)
          const memory = first.buffer as ArrayBuffer
          const result = await Promise.resolve(
            (async () =>
              call(
                here as never,
                listOf(first, () => take(memory)),
              ))(),
          ).catch((error: NodeJS.ErrnoException) => error)
          if (result instanceof Error) {
            t.true(
              'code' in result && String(result.code).startsWith('ERR_INVALID'),
              `${way}: ${result.stack}`,
            )
          } else t.is(typeof result, 'number', way)
          for (;;) {
            const room = new Uint8Array(SIZE)
            const came = there.tryRecv(room)
            if (came === undefined || came === null) break
            t.true(ofTheLists(room.subarray(0, came.bytesRead)), way)
          }
        }
      })
    }
  }
}

test('the options of a call may take the memory away that the call was given', async (t) => {
  for (const [how, take] of Object.entries(THIEVES)) {
    for (const way of ['write', 'read'] as const) {
      const [here, there] = pair(t, 'stream')
      const view = victim()
      await there.write('four')
      const options = {
        get timeout() {
          take(view.buffer as ArrayBuffer)
          return 10_000
        },
      }
      const result = await (async () => here[way](view, options))().catch(
        (error: NodeJS.ErrnoException) => error,
      )
      if (result instanceof Error) t.is(result.code, 'ERR_INVALID_STATE', `${way}, ${how}`)
      else t.is(result, 0, `${way}, ${how}`)
      t.is(drain(there).length, 0)
    }
  }
})

/** A thread that writes a and b by turns over all of the memory, until it is ended. */
async function scribbler(shared: SharedArrayBuffer): Promise<Worker> {
  const worker = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads')
     const bytes = new Uint8Array(workerData)
     parentPort.postMessage('begun')
     for (let byte = 0x61; ; byte ^= 3) bytes.fill(byte)`,
    { eval: true, workerData: shared },
  )
  await once(worker, 'message')
  return worker
}

test('shared memory that a thread writes to meanwhile is sent as one byte or the other', async (t) => {
  const shared = new SharedArrayBuffer(SIZE)
  const view = new Uint8Array(shared).fill(0x61)
  const worker = await scribbler(shared)
  try {
    const [here, there] = pair(t, 'stream')
    const came = Buffer.alloc(SIZE)
    for (let round = 0; round < 10; round++) {
      const read = there.readExactly(came)
      const sent = here.writev([view.subarray(0, 1000), view.subarray(1000)])
      t.is(await sent, SIZE)
      await read
      t.true(ofTheLists(came))
    }
    for (const type of MESSAGE_TYPES) {
      const [from, to] = pair(t, type)
      for (let round = 0; round < 20; round++) {
        await from.sendMany([view.subarray(0, 5000), view.subarray(7, 5007)])
        for (let one = 0; one < 2; one++) {
          const message = await to.recv()
          t.is(message?.data.length, 5000)
          t.true(ofTheLists(message?.data ?? Buffer.from('x')))
        }
      }
    }
  } finally {
    await worker.terminate()
  }
})

test('what is received into shared memory that a thread writes to is counted as it came', async (t) => {
  const shared = new SharedArrayBuffer(SIZE)
  const guarded = new SharedArrayBuffer(8192)
  const inside = new Uint8Array(guarded, 4096, 100)
  const view = new Uint8Array(shared).fill(0x61)
  const worker = await scribbler(shared)
  try {
    const [here, there] = pair(t, 'stream')
    for (let round = 0; round < 50; round++) {
      const wanted = Buffer.alloc(5100, 0x62)
      await here.write(wanted)
      // Neither view's bytes show beside the other's.
      t.is(await there.readv([view.subarray(0, 5000), inside]), 5100)
      t.true(inside.every((byte) => byte === 0x62))
      t.true(ofTheLists(view.subarray(0, 6000)))
    }
    const around = new Uint8Array(guarded)
    t.is(around.filter((byte) => byte !== 0).length, 100)
  } finally {
    await worker.terminate()
  }
})
