// Calls that throw: the code is Node's, and nothing has happened before.
import { inspect } from 'node:util'
import { constants, MessageBatch, Socket, socketpair, StreamSocket } from 'socketpair'
import { flagsOf, openDescriptors } from './helpers/descriptors.ts'
import { put } from './helpers/io.ts'
import { MESSAGE_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'
import {
  NOT_32_BITS,
  NOT_A_BOOLEAN,
  NOT_A_BUFFER,
  NOT_A_NUMBER,
  NOT_A_SIZE,
  NOT_A_STRING,
  NOT_DATA,
  NOT_OPTIONS,
} from './helpers/wrong-values.ts'

const TYPE = 'ERR_INVALID_ARG_TYPE'
const RANGE = 'ERR_OUT_OF_RANGE'
const VALUE = 'ERR_INVALID_ARG_VALUE'

/** Every value must be refused with `code`. */
function refuses(
  t: ExecutionContext,
  values: readonly unknown[],
  code: string,
  call: (value: never) => unknown,
): void {
  for (const value of values) {
    const instanceOf = code === RANGE ? RangeError : TypeError
    const error = t.throws(() => void call(value as never), { code, instanceOf }, inspect(value))
    t.true((error?.message.length ?? 0) > 10)
  }
}

const make = socketpair as (...args: unknown[]) => unknown
const makeBatch = (options: unknown) => new MessageBatch(options as { bytes: number })

test('socketpair refuses what is no type', (t) => {
  refuses(
    t,
    [...NOT_A_STRING].filter((value) => typeof value !== 'number'),
    TYPE,
    make,
  )
  refuses(t, ['', 'tcp', 'STREAM', 'stream '], VALUE, make)
})

test('socketpair refuses what are no options', (t) => {
  const from = openDescriptors()
  refuses(t, NOT_OPTIONS, TYPE, (options) => make('stream', options))
  refuses(t, NOT_A_NUMBER, TYPE, (protocol) => make('stream', { protocol }))
  refuses(t, NOT_32_BITS, RANGE, (protocol) => make('stream', { protocol }))
  for (const name of ['nonBlocking', 'closeOnExec']) {
    const each = (flag: unknown) => make('dgram', { [name]: flag })
    refuses(t, NOT_A_BOOLEAN, TYPE, each)
    refuses(t, [[true], [true, false, true]], TYPE, each)
    refuses(t, NOT_A_BOOLEAN, TYPE, (flag) => make('dgram', { [name]: [true, flag] }))
    refuses(t, NOT_A_BOOLEAN, TYPE, (flag) => make('dgram', { [name]: [flag, true] }))
  }
  for (const name of ['sendBufferSize', 'recvBufferSize']) {
    refuses(t, NOT_A_NUMBER, TYPE, (size) => make('seqpacket', { [name]: size }))
    refuses(t, NOT_A_SIZE, RANGE, (size) => make('seqpacket', { [name]: size }))
  }
  t.deepEqual(openDescriptors(), from)
})

test('socketpair refuses numbers of the wrong type or without 32 bits', (t) => {
  const { AF_UNIX, SOCK_STREAM } = constants
  refuses(t, [undefined, ...NOT_A_NUMBER], TYPE, (type) => make(AF_UNIX, type))
  refuses(t, NOT_A_NUMBER, TYPE, (protocol) => make(AF_UNIX, SOCK_STREAM, protocol))
  refuses(t, NOT_32_BITS, RANGE, (domain) => make(domain, SOCK_STREAM))
  refuses(t, NOT_32_BITS, RANGE, (type) => make(AF_UNIX, type))
  refuses(t, NOT_32_BITS, RANGE, (protocol) => make(AF_UNIX, SOCK_STREAM, protocol))
})

test('fromFd refuses what is no descriptor', (t) => {
  refuses(t, [undefined, ...NOT_A_NUMBER], TYPE, (fd) => Socket.fromFd(fd))
  refuses(t, NOT_A_SIZE, RANGE, (fd) => Socket.fromFd(fd))
})

for (const type of TYPES) {
  test(`the setters of a ${type} end refuse wrong values and change nothing`, (t) => {
    const [a] = pair(t, type)
    const before = [a.sendBufferSize, a.recvBufferSize, flagsOf(a.fd)]
    for (const name of ['sendBufferSize', 'recvBufferSize'] as const) {
      const set = (value: number) => (a[name] = value)
      refuses(t, [undefined, ...NOT_A_NUMBER], TYPE, set)
      refuses(t, NOT_A_SIZE, RANGE, set)
    }
    for (const name of ['nonBlocking', 'closeOnExec'] as const) {
      refuses(t, [undefined, ...NOT_A_BOOLEAN], TYPE, (value: boolean) => (a[name] = value))
    }
    t.deepEqual([a.sendBufferSize, a.recvBufferSize, flagsOf(a.fd)], before)
  })

  test(`what a ${type} end only tells can't be set`, (t) => {
    const [a] = pair(t, type)
    for (const name of ['fd', 'type', 'closed', 'bytesRead', 'bytesWritten', 'readableLength']) {
      t.throws(() => Object.assign(a, { [name]: 1 }), { instanceOf: TypeError }, name)
    }
  })

  test(`K43 shutdown of a ${type} end refuses what is no direction`, async (t) => {
    const [a, b] = pair(t, type)
    refuses(t, [undefined, ...NOT_A_STRING], TYPE, (how) => a.shutdown(how))
    refuses(t, ['', 'x', 'READ', 'readwrite', '2'], VALUE, (how) => a.shutdown(how))
    t.is(await put(a, 'still open'), 10)
    t.is(await put(b, 'still open'), 10)
  })

  test(`a ${type} end is not made with new`, (t) => {
    const [a] = pair(t, type)
    const constructor = a.constructor as new (...args: unknown[]) => unknown
    for (const value of [undefined, 3, {}, a]) {
      t.throws(() => new constructor(value), { code: 'ERR_ILLEGAL_CONSTRUCTOR' })
    }
  })
}

test('a method refuses an object that is no end', async (t) => {
  t.throws(() => StreamSocket.prototype.close.call({} as StreamSocket), { instanceOf: TypeError })
  t.throws(() => StreamSocket.prototype.tryRead.call({} as StreamSocket, Buffer.alloc(1)), {
    instanceOf: TypeError,
  })
  await t.throwsAsync(StreamSocket.prototype.read.call({} as StreamSocket, Buffer.alloc(1)), {
    instanceOf: TypeError,
  })
})

test('tryRead and tryWrite refuse what is no memory, and move nothing', async (t) => {
  const [a, b] = pair(t, 'stream')
  await b.write('queued')
  refuses(t, NOT_A_BUFFER, TYPE, (buffer) => a.tryRead(buffer))
  refuses(t, NOT_DATA, TYPE, (data) => a.tryWrite(data))
  t.deepEqual([a.readableLength, b.readableLength], [6, 0])
  t.deepEqual([a.bytesRead, a.bytesWritten], [0, 0])
})

for (const type of MESSAGE_TYPES) {
  test(`tryRecv and trySend of a ${type} end refuse what is no memory, and move nothing`, async (t) => {
    const [a, b] = pair(t, type)
    await b.send('queued')
    refuses(t, NOT_A_BUFFER, TYPE, (buffer) => a.tryRecv(buffer))
    // The kernel would drop the message.
    refuses(t, [new Uint8Array(0)], VALUE, (buffer) => a.tryRecv(buffer))
    refuses(t, NOT_DATA, TYPE, (data) => a.trySend(data))
    t.deepEqual([a.readableLength, b.readableLength], [6, 0])
    t.deepEqual([a.bytesRead, a.bytesWritten], [0, 0])
  })
}

test('a MessageBatch refuses sizes that it cannot have', (t) => {
  refuses(t, NOT_OPTIONS, TYPE, makeBatch)
  for (const name of ['maxMessages', 'bytes']) {
    refuses(t, NOT_A_NUMBER, TYPE, (value) => makeBatch({ [name]: value }))
    refuses(t, [...NOT_A_SIZE, 0], RANGE, (value) => makeBatch({ [name]: value }))
  }
})

test('a MessageBatch refuses an index that it does not have', (t) => {
  const batch = new MessageBatch()
  for (const call of [(i: number) => batch.message(i), (i: number) => batch.info(i)]) {
    refuses(t, [undefined, ...NOT_A_NUMBER], TYPE, call)
    refuses(t, [...NOT_A_SIZE, 0, 1], RANGE, call)
  }
})
