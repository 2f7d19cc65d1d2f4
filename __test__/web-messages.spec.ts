// readable and writable where a chunk is a message or a value.
import { setTimeout as sleep } from 'node:timers/promises'
import { Channel } from 'socketpair'
import { rejects } from './helpers/failures.ts'
import { MESSAGE_TYPES, pair } from './helpers/pairs.ts'
import { rejection } from './helpers/rejection.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

for (const type of MESSAGE_TYPES) {
  test(`${type}: a chunk is a message, and none is taken before it is asked for`, async (t) => {
    const [a, b] = pair(t, type)
    t.is(a.writable, a.writable)
    t.is(b.readable, b.readable)
    const writer = a.writable.getWriter()
    for (const message of ['one', '', new Uint8Array([1, 2])]) await writer.write(message)
    const { readable } = b
    await sleep(5)
    t.true(b.readableLength > 0)
    const reader = readable.getReader()
    const came = []
    for (let count = 0; count < 3; count++) came.push((await reader.read()).value)
    t.deepEqual(came, [Buffer.from('one'), Buffer.alloc(0), Buffer.from([1, 2])])
    const waiting = reader.read()
    await reader.cancel()
    t.true((await waiting).done)
    await writer.close()
    t.false(a.closed)
    await b.writable.close()
    t.true(b.closed)
  })
}

test('seqpacket: the end of the peer is the end, and abort() takes back what waits', async (t) => {
  const [a, b] = pair(t, 'seqpacket')
  const writer = a.writable.getWriter()
  while (a.trySend('filling') !== undefined);
  const waiting = rejection(writer.write('never'))
  void rejection(writer.closed as unknown as Promise<unknown>)
  await sleep(5)
  const reason = new Error('enough')
  await writer.abort(reason)
  t.is(await waiting, reason as never)
  for await (const message of b.readable) t.is(String(message), 'filling')
  t.false(b.closed)
  await b.writable.abort()
  t.true(b.closed)
})

function channels(t: ExecutionContext): [Channel<any>, Channel<any>] {
  const [a, b] = pair(t, 'stream')
  return [new Channel(a, { codec: 'json' }), new Channel(b, { codec: 'json' })]
}

test('Channel: a chunk is a value, and both sides having ended closes it', async (t) => {
  const [one, other] = channels(t)
  t.is(one.readable, one.readable)
  t.is(one.writable, one.writable)
  const writer = one.writable.getWriter()
  const sending = (async () => {
    for (let index = 0; index < 1000; index++) await writer.write({ index })
    await writer.close()
  })()
  let next = 0
  for await (const { index } of other.readable) t.is(index, next++)
  await sending
  t.is(next, 1000)
  t.false(one.closed || other.closed)
  await other.writable.close()
  t.true(other.closed)
  t.true((await one.readable.getReader().read()).done)
  t.true(one.closed)
})

test('Channel: pipeThrough() a stream of values', async (t) => {
  const [one, other] = channels(t)
  const doubled = other.readable.pipeThrough(
    new TransformStream<number, number>({
      transform: (value, controller) => controller.enqueue(value * 2),
    }),
  )
  const echoing = doubled.pipeTo(other.writable)
  const writer = one.writable.getWriter()
  for (const value of [1, 2, 3]) await writer.write(value)
  await writer.close()
  const came: number[] = []
  for await (const value of one.readable) came.push(value)
  t.deepEqual(came, [2, 4, 6])
  await echoing
  t.true(one.closed && other.closed)
})

test('Channel: cancel() ends what waits, and abort() what is queued', async (t) => {
  const [one] = channels(t)
  const reader = one.readable.getReader()
  const waiting = reader.read()
  await reader.cancel()
  t.true((await waiting).done)
  const writer = one.writable.getWriter()
  void rejection(writer.closed as unknown as Promise<unknown>)
  await writer.abort(new Error('enough'))
  t.true(one.closed)
})

test('Channel: what cannot be sent is an error of the stream', async (t) => {
  const [one] = channels(t)
  const writer = one.writable.getWriter()
  void rejection(writer.closed as unknown as Promise<unknown>)
  await rejects(t, writer.write(null), 'ERR_INVALID_ARG_VALUE')
})
