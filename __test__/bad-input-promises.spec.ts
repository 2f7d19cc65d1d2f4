// Methods that return a promise reject, also for wrong arguments; nothing has happened before.
import { inspect } from 'node:util'
import { MessageBatch } from 'socketpair'
import { MESSAGE_TYPES, pair } from './helpers/pairs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'
import {
  NOT_A_BOOLEAN,
  NOT_A_BUFFER,
  NOT_A_LIST,
  NOT_A_NUMBER,
  NOT_A_SIZE,
  NOT_DATA,
  WRONG_OPERATION_OPTIONS,
} from './helpers/wrong-values.ts'

const TYPE = 'ERR_INVALID_ARG_TYPE'
const RANGE = 'ERR_OUT_OF_RANGE'
const VALUE = 'ERR_INVALID_ARG_VALUE'

type Method = (...args: unknown[]) => Promise<unknown>

/** Every value must be refused with `code`, by a rejection. */
async function refuses(
  t: ExecutionContext,
  values: readonly unknown[],
  code: string,
  call: (value: unknown) => Promise<unknown>,
): Promise<void> {
  for (const value of values) {
    let promise: Promise<unknown> | undefined
    t.notThrows(() => (promise = call(value)), 'it threw instead of rejecting')
    const instanceOf = code === RANGE ? RangeError : TypeError
    await t.throwsAsync(promise as Promise<unknown>, { code, instanceOf }, inspect(value))
  }
}

/** Each set of wrong options must be refused; `call` passes them on. */
async function refusesOptions(
  t: ExecutionContext,
  call: (options: unknown) => Promise<unknown>,
): Promise<void> {
  for (const [options, code] of WRONG_OPERATION_OPTIONS) await refuses(t, [options], code, call)
}

/** The methods of an object, without the types that these tests are there to break. */
function loosely<T extends object>(end: T): Record<Exclude<keyof T, symbol>, Method> {
  const bound = (_: T, name: string): Method => (end as Record<string, Method>)[name]!.bind(end)
  return new Proxy(end, { get: bound as never }) as never
}

test('the reading methods of a stream end reject wrong arguments', async (t) => {
  const [a, b] = pair(t, 'stream')
  await b.write('queued')
  const { read, readv, readExactly, readChunk } = loosely(a)
  const buffer = Buffer.alloc(4)
  await refuses(t, NOT_A_BUFFER, TYPE, read)
  await refuses(t, NOT_A_BUFFER, TYPE, readExactly)
  await refuses(t, [undefined, ...NOT_A_LIST], TYPE, readv)
  await refuses(t, NOT_A_BUFFER, TYPE, (entry) => readv([buffer, entry]))
  // A hole is no buffer either.
  await refuses(t, [Array.from({ length: 2 })], TYPE, readv)
  await refuses(t, NOT_A_NUMBER, TYPE, readChunk)
  await refuses(t, [...NOT_A_SIZE, 0], RANGE, readChunk)
  await refusesOptions(t, (options) => read(buffer, options))
  await refusesOptions(t, (options) => readExactly(buffer, options))
  await refusesOptions(t, (options) => readv([buffer], options))
  await refusesOptions(t, (options) => readChunk(4, options))
  t.is(a.readableLength, 6)
  t.is(a.bytesRead, 0)
  t.deepEqual(buffer, Buffer.alloc(4))
})

test('the writing methods of a stream end reject wrong arguments', async (t) => {
  const [a, b] = pair(t, 'stream')
  const { write, writev } = loosely(a)
  await refuses(t, NOT_DATA, TYPE, write)
  await refuses(t, [undefined, ...NOT_A_LIST], TYPE, writev)
  await refuses(t, NOT_DATA, TYPE, (entry) => writev(['sent?', entry]))
  await refusesOptions(t, (options) => write('sent?', options))
  await refusesOptions(t, (options) => writev(['sent?'], options))
  t.is(b.readableLength, 0)
  t.is(a.bytesWritten, 0)
})

for (const type of MESSAGE_TYPES) {
  test(`the receiving methods of a ${type} end reject wrong arguments`, async (t) => {
    const [a, b] = pair(t, type)
    await b.send('queued')
    const { recv, recvInto, recvMany } = loosely(a)
    const buffer = Buffer.alloc(4)
    const batch = new MessageBatch()
    await refuses(t, NOT_A_BUFFER, TYPE, recvInto)
    await refuses(t, [new Uint8Array(0)], VALUE, recvInto)
    await refuses(t, [undefined, null, {}, [], buffer, 1], TYPE, recvMany)
    await refuses(t, NOT_A_NUMBER, TYPE, (maxBytes) => recv({ maxBytes }))
    await refuses(t, [...NOT_A_SIZE, 0], RANGE, (maxBytes) => recv({ maxBytes }))
    await refuses(t, NOT_A_BOOLEAN, TYPE, (peek) => recv({ peek }))
    await refusesOptions(t, (options) => recv(options))
    await refusesOptions(t, (options) => recvInto(buffer, options))
    await refusesOptions(t, (options) => recvMany(batch, options))
    t.is(a.readableLength, 6)
    t.is(a.bytesRead, 0)
    t.is(batch.count, 0)
  })

  test(`the sending methods of a ${type} end reject wrong arguments`, async (t) => {
    const [a, b] = pair(t, type)
    const { send, sendv, sendMany } = loosely(a)
    await refuses(t, NOT_DATA, TYPE, send)
    await refuses(t, [undefined, ...NOT_A_LIST], TYPE, sendv)
    await refuses(t, NOT_DATA, TYPE, (entry) => sendv(['sent?', entry]))
    await refuses(t, [undefined, ...NOT_A_LIST], TYPE, sendMany)
    await refuses(t, NOT_A_BUFFER, TYPE, (entry) => sendMany([Buffer.from('sent?'), entry]))
    await refusesOptions(t, (options) => send('sent?', options))
    await refusesOptions(t, (options) => sendv(['sent?'], options))
    await refusesOptions(t, (options) => sendMany([Buffer.from('sent?')], options))
    t.is(b.tryRecv(Buffer.alloc(8)), undefined)
    t.is(a.bytesWritten, 0)
  })
}

test('an argument is checked before a signal that has aborted', async (t) => {
  const [a] = pair(t, 'stream')
  const signal = AbortSignal.abort(new Error('aborted'))
  await t.throwsAsync(a.read('x' as never, { signal }), { code: TYPE })
})
