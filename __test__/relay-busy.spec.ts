// What relay() refuses, and what a relay keeps others from doing to its ends meanwhile.

import { type AnySocket, MessageBatch, relay, Socket, StreamSocket, transfer } from 'socketpair'
import { chain } from './helpers/chains.ts'
import { rejects, throws } from './helpers/failures.ts'
import { put, take } from './helpers/io.ts'
import { closeAfter, pair, TYPES } from './helpers/pairs.ts'
import { rejection } from './helpers/rejection.ts'
import { test } from './helpers/test.ts'
import { NOT_OPTIONS } from './helpers/wrong-values.ts'

const buffer = Buffer.alloc(16)

/** Everything that moves bytes and gives a promise. */
const operations = (end: AnySocket): Record<string, () => Promise<unknown>> =>
  end instanceof StreamSocket
    ? {
        read: () => end.read(buffer),
        'read with a timeout': () => end.read(buffer, { timeout: 1000 }),
        'read once': () => end.read(buffer, { timeout: 0 }),
        readv: () => end.readv([buffer]),
        readExactly: () => end.readExactly(buffer),
        readChunk: () => end.readChunk(),
        readMessage: () => end.readMessage(buffer),
        iterate: () => end[Symbol.asyncIterator]().next(),
        write: () => end.write('x'),
        'write with a descriptor': () => end.write('x', { fds: [0] }),
        writev: () => end.writev(['x', 'y']),
      }
    : {
        recv: () => end.recv(),
        peek: () => end.recv({ peek: true }),
        recvInto: () => end.recvInto(buffer),
        recvMany: () => end.recvMany(new MessageBatch()),
        iterate: () => end[Symbol.asyncIterator]().next(),
        send: () => end.send('x'),
        'send with a descriptor': () => end.send('x', { fds: [0] }),
        sendv: () => end.sendv(['x', 'y']),
        sendMany: () => end.sendMany([buffer, buffer]),
      }

/** The same, for what throws. */
const calls = (end: AnySocket): Record<string, () => unknown> => ({
  ...(end instanceof StreamSocket
    ? { tryRead: () => end.tryRead(buffer), tryWrite: () => end.tryWrite('x') }
    : { tryRecv: () => end.tryRecv(buffer), trySend: () => end.trySend('x') }),
  // It makes room, or takes it away.
  sendBufferSize: () => (end.sendBufferSize = 100_000),
  transfer: () => transfer(end),
  "shutdown('read')": () => end.shutdown('read'),
  "shutdown('write')": () => end.shutdown('write'),
})

for (const type of TYPES) {
  test(`whatever moves bytes at the ends of a ${type} relay is EBUSY, and the relay goes on`, async (t) => {
    const { client, a, b, server } = chain(t, type)
    const controller = new AbortController()
    const relaying = relay(a, b, { signal: controller.signal })
    for (const end of [a, b]) {
      for (const operation of Object.values(operations(end))) await rejects(t, operation(), 'EBUSY')
      for (const call of Object.values(calls(end))) throws(t, call, 'EBUSY')
    }
    const [one, other] = pair(t, type)
    for (const [x, y] of [
      [a, b],
      [b, a],
      [a, one],
      [one, b],
    ] as const) {
      await rejects(t, relay(x, y), 'EBUSY')
    }
    // Those that had nothing to do with it are as they were.
    await put(one, 'free')
    t.is(await take(other), 'free')
    await put(client, 'goes on')
    t.is(await take(server), 'goes on')
    controller.abort()
    t.is(await rejection(relaying), controller.signal.reason)
    for (const end of [a, b])
      t.deepEqual([end.bytesRead, end.bytesWritten], end === a ? [7, 0] : [0, 7])
  })

  test(`the properties of ${type} ends can be read and set while they are relayed`, async (t) => {
    const { client, a, b, server } = chain(t, type, { nonBlocking: true })
    const { fd } = a
    const controller = new AbortController()
    const relaying = relay(a, b, { signal: controller.signal })
    t.deepEqual(
      [a.fd, a.type, a.closed, a.nonBlocking, a.closeOnExec],
      [fd, type, false, true, true],
    )
    t.is(a.readableLength, 0)
    a.nonBlocking = false
    a.closeOnExec = false
    b.recvBufferSize = 100_000
    t.deepEqual([a.nonBlocking, a.closeOnExec, b.recvBufferSize], [false, false, 200_000])
    t.is(b.peerCredentials().pid, process.pid)
    await put(client, 'all the same')
    t.is(await take(server), 'all the same')
    controller.abort()
    await rejection(relaying)
    t.deepEqual([a.nonBlocking, b.nonBlocking], [false, true])
  })

  test(`a ${type} end where an operation waits is not relayed: the operation goes on`, async (t) => {
    const { client, a, b, server } = chain(t, type)
    const waiting = take(a)
    const error = await rejects(t, relay(a, b), 'EBUSY')
    t.is(error.syscall, 'recvmsg')
    await rejects(t, relay(b, a), 'EBUSY')
    await put(client, 'for it')
    t.is(await waiting, 'for it')
    await put(b, 'free')
    t.is(await take(server), 'free')
    const controller = new AbortController()
    const relaying = relay(a, b, { signal: controller.signal })
    await put(client, 'relayed')
    t.is(await take(server), 'relayed')
    controller.abort()
    await rejection(relaying)
  })
}

test('an end where a write waits is not relayed', async (t) => {
  const { a, b } = chain(t, 'stream')
  const controller = new AbortController()
  const waiting = b.write(Buffer.alloc(8 << 20), { signal: controller.signal })
  t.is((await rejects(t, relay(a, b), 'EBUSY')).syscall, 'sendmsg')
  controller.abort()
  await rejection(waiting)
})

test('wrong arguments reject, and nothing is thrown', async (t) => {
  const { client, a, b, server } = chain(t, 'stream')
  const [messages] = pair(t, 'seqpacket')
  const wrong = relay as (...args: unknown[]) => Promise<unknown>
  for (const value of [undefined, null, 1, 'x', {}, [], { fd: 3, type: 'stream' }]) {
    await rejects(t, wrong(value, b), 'ERR_INVALID_ARG_TYPE')
    await rejects(t, wrong(a, value), 'ERR_INVALID_ARG_TYPE')
  }
  for (const options of NOT_OPTIONS) {
    await rejects(t, wrong(a, b, options), 'ERR_INVALID_ARG_TYPE')
  }
  for (const value of [null, 1, 'x', {}]) {
    await rejects(t, wrong(a, b, { signal: value }), 'ERR_INVALID_ARG_TYPE')
    await rejects(t, wrong(a, b, { onProgress: value }), 'ERR_INVALID_ARG_TYPE')
  }
  await rejects(t, wrong(a, messages), 'ERR_INVALID_ARG_VALUE')
  await rejects(t, wrong(a, a), 'ERR_INVALID_ARG_VALUE')
  // Nothing of it began.
  await put(client, 'x')
  t.is(await take(a), 'x')
  await put(b, 'y')
  t.is(await take(server), 'y')
})

test('two descriptors of one socket are the same socket', async (t) => {
  const { client, a, b } = chain(t, 'stream')
  const [one, other] = pair(t, 'stream')
  await one.write('x', { fds: [a] })
  const [duplicate] = (await other.readMessage(buffer))?.fds ?? []
  const twin = Socket.fromFd(duplicate?.take() as number) as StreamSocket
  closeAfter(t, twin)
  await rejects(t, relay(a, twin), 'ERR_INVALID_ARG_VALUE')
  await client.write('x')
  t.is(await take(twin), 'x')
  // Beside another end it is as good as the first one.
  const relaying = relay(twin, b)
  twin.close()
  await rejects(t, relaying, 'ECANCELED')
})

test('an end that is closed is EBADF', async (t) => {
  const { a, b } = chain(t, 'dgram')
  b.close()
  t.is((await rejects(t, relay(a, b), 'EBADF')).syscall, 'recvmsg')
  t.is((await rejects(t, relay(b, a), 'EBADF')).syscall, 'recvmsg')
})
