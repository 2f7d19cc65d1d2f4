// What a channel says when something is wrong, and what goes on all the same.
import { Channel, DatagramSocket } from 'socketpair'
import { CARRIERS, carriers, channels, extendedFrame, frame, header } from './helpers/channels.ts'
import { rejects, throws } from './helpers/failures.ts'
import { pair } from './helpers/pairs.ts'
import { rejection } from './helpers/rejection.ts'
import { test } from './helpers/test.ts'

/** A channel, and the socket at the other end of its stream. */
function facing(t: Parameters<Parameters<typeof test>[1]>[0], options: object = {}) {
  const [a, b] = pair(t, 'stream')
  return [new Channel(a, options) as Channel<any, any>, b] as const
}

for (const carrier of CARRIERS) {
  test(`null and undefined are no values, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { codec: 'json' })
    for (const value of [null, undefined]) {
      await rejects(t, a.send(value), 'ERR_INVALID_ARG_VALUE')
      throws(t, () => a.trySend(value), 'ERR_INVALID_ARG_VALUE')
    }
    await rejects(
      t,
      a.send(() => 1),
      'ERR_INVALID_ARG_VALUE',
    )
    await a.send('next')
    t.is(await b.recv(), 'next')
  })

  test(`a value over the limit is refused, and the next one goes, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { maxMessageBytes: 100 })
    for (const value of [
      'x'.repeat(101),
      Buffer.alloc(101),
      Buffer.alloc(40_000),
      '漢'.repeat(34),
    ]) {
      await rejects(t, a.send(value), 'ERR_MESSAGE_TOO_LARGE')
      throws(t, () => a.trySend(value), 'ERR_MESSAGE_TOO_LARGE')
    }
    await a.send('漢'.repeat(33))
    await a.send(Buffer.alloc(100, 'x'))
    t.is(String(await b.recv()), '漢'.repeat(33))
    t.is(String(await b.recv()), 'x'.repeat(100))
  })

  test(`a message over the receiver's limit ends receiving, not sending, over ${carrier}`, async (t) => {
    const [here, there] = await carriers(t, carrier)
    const [a, b] = [new Channel(here), new Channel(there, { maxMessageBytes: 100 })]
    await a.send('good')
    await a.send(Buffer.alloc(101))
    await a.flush()
    t.is(String(await b.recv()), 'good')
    await rejects(t, b.recv(), 'ERR_MESSAGE_TOO_LARGE')
    t.is(await b.recv(), null)
    t.is(await b.recvMany(), null)
    await b.send('still')
    t.is(String(await a.recv()), 'still')
  })

  test(`what the codec can't decode is skipped, over ${carrier}`, async (t) => {
    for (const codec of ['json', 'v8'] as const) {
      const [here, there] = await carriers(t, carrier)
      const [raw, a, b] = [
        new Channel(here),
        new Channel(here, { codec }),
        new Channel(there, { codec }),
      ]
      await a.send('one')
      await a.flush()
      await raw.send('{"cut":')
      await raw.flush()
      await a.send('two')
      await a.flush()
      t.is(await b.recv(), 'one')
      const error = await rejects(t, b.recv(), 'ERR_DECODE')
      t.true(error.cause instanceof Error)
      t.is(await b.recv(), 'two')
    }
  })

  test(`recvMany gives what is before a bad value, then tells of it, then goes on, over ${carrier}`, async (t) => {
    const [here, there] = await carriers(t, carrier)
    const raw = new Channel(here)
    const b = new Channel(there, { codec: 'json' })
    for (const text of ['1', '2', 'null', '3', '{', '4']) await raw.send(text)
    await raw.flush()
    const seen: unknown[] = []
    while (seen.length < 6) {
      try {
        seen.push(...((await b.recvMany()) as unknown[]))
      } catch (error) {
        seen.push((error as { code: string }).code)
      }
    }
    t.deepEqual(seen, [1, 2, 'ERR_DECODE', 3, 'ERR_DECODE', 4])
  })
}

test("a codec's own errors pass through, and the channel goes on", async (t) => {
  const codec = {
    encode(value: string) {
      if (value === 'no') throw new RangeError('not this one')
      return Buffer.from(value)
    },
    decode(bytes: Buffer) {
      if (String(bytes) === 'bad') throw new EvalError('not that one')
      return String(bytes)
    },
  }
  const [a, b] = await channels(t, 'stream', { codec })
  await t.throwsAsync(a.send('no'), { instanceOf: RangeError })
  await a.send('bad')
  await a.send('good')
  await t.throwsAsync(b.recv(), { instanceOf: EvalError })
  t.is(await b.recv(), 'good')
  const [odd] = await channels(t, 'stream', { codec: { encode: () => 'text', decode: () => 1 } })
  await rejects(t, odd.send(1), 'ERR_INVALID_ARG_TYPE')
})

test('a frame that is cut off is told once; then it is the end', async (t) => {
  const whole = frame('hello')
  for (let length = 1; length < whole.length; length++) {
    const [channel, b] = facing(t)
    await b.write(Buffer.concat([frame('before'), whole.subarray(0, length)]))
    b.shutdown('write')
    t.is(String(await channel.recv()), 'before')
    await rejects(t, channel.recv(), 'ERR_UNEXPECTED_EOF')
    t.is(await channel.recv(), null)
    await channel.send('still')
    t.deepEqual(await b.readChunk(), frame('still'))
  }
})

const BAD: [string, Buffer, string][] = [
  ['text', Buffer.from('POST / HTTP/1.1\r\n\r\n'), 'ERR_BAD_FRAME'],
  ['all ones', Buffer.alloc(12, 0xff), 'ERR_BAD_FRAME'],
  ['an unknown kind', extendedFrame('x', { kind: 4 }), 'ERR_BAD_FRAME'],
  ['a byte that must be zero', extendedFrame('x', { zero: 1 }), 'ERR_BAD_FRAME'],
  ['a length over the limit', header(0x0400_0001), 'ERR_MESSAGE_TOO_LARGE'],
  ['the largest length', header(0x3fff_ffff), 'ERR_MESSAGE_TOO_LARGE'],
  ['an extended length over the limit', header(0xbfff_ffff), 'ERR_MESSAGE_TOO_LARGE'],
]
for (const [name, bytes, code] of BAD) {
  test(`${name} is ${code}, ends receiving, and tells the peer`, async (t) => {
    const [channel, b] = facing(t)
    await b.write(Buffer.concat([frame('one'), frame('two'), bytes]))
    t.deepEqual((await channel.recvMany())?.map(String), ['one', 'two'])
    await rejects(t, channel.recvMany(), code)
    t.is(await channel.recvMany(), null)
    await rejects(t, b.write('x'), 'EPIPE')
    await channel.send('still')
    t.deepEqual(await b.readChunk(), frame('still'))
  })
}

const BAD_MESSAGES: [string, Buffer[], readonly ('seqpacket' | 'dgram')[]][] = [
  ['an empty message', [Buffer.alloc(0)], ['seqpacket', 'dgram']],
  ['a message shorter than a header', [Buffer.alloc(3)], ['seqpacket', 'dgram']],
  [
    'a message longer than its frame',
    [Buffer.concat([frame('x'), Buffer.alloc(1)])],
    ['seqpacket', 'dgram'],
  ],
  ['a datagram shorter than its frame', [frame('hello').subarray(0, 7)], ['dgram']],
  ['a fragment that does not fit', [frame('hello').subarray(0, 7), Buffer.alloc(3)], ['seqpacket']],
]
for (const [name, messages, types] of BAD_MESSAGES) {
  for (const type of types) {
    test(`${name} is ERR_BAD_FRAME on ${type}`, async (t) => {
      const [a, b] = pair(t, type)
      const channel = new Channel(a)
      await b.sendMany([frame('one'), ...messages])
      t.is(String(await channel.recv()), 'one')
      await rejects(t, channel.recv(), 'ERR_BAD_FRAME')
      t.is(await channel.recv(), null)
      await channel.send('still')
      t.deepEqual((await b.recv())?.data, frame('still'))
    })
  }
}

test('a datagram that the system finds too long is EMSGSIZE, and the next one goes', async (t) => {
  const [a, b] = await channels(t, 'dgram')
  const { sendBufferSize } = a.socket as DatagramSocket
  await rejects(t, a.send(Buffer.alloc(sendBufferSize)), 'EMSGSIZE')
  throws(t, () => a.trySend(Buffer.alloc(sendBufferSize)), 'EMSGSIZE')
  await a.send('next')
  t.is(String(await b.recv()), 'next')
})

test('a send whose memory is detached while it waits fails, and the others go', async (t) => {
  const [a, b] = await channels(t, 'stream', { highWaterMark: 10_000_000 })
  const first = a.send(Buffer.alloc(1_000_000, 'a'))
  const memory = new ArrayBuffer(50_000)
  const second = a.send(new Uint8Array(memory))
  const third = a.send('last')
  structuredClone(memory, { transfer: [memory] })
  const told = rejection(second)
  t.is((await b.recv()).length, 1_000_000)
  await first
  t.is((await told).code, 'ERR_INVALID_STATE')
  await third
  t.is(String(await b.recv()), 'last')
})

test('memory that is detached when a part of it went ends sending, and the peer hears', async (t) => {
  const [a, b] = await channels(t, 'stream')
  const memory = new ArrayBuffer(1_000_000)
  const sending = a.send(new Uint8Array(memory))
  const after = a.send(Buffer.alloc(20_000))
  structuredClone(memory, { transfer: [memory] })
  const told = [rejection(sending), rejection(after)]
  await rejects(t, b.recv(), 'ERR_UNEXPECTED_EOF')
  for (const one of told) t.is((await one).code, 'ERR_INVALID_STATE')
  await rejects(t, a.send('x'), 'ERR_INVALID_STATE')
  await b.send('still')
  t.is(String(await a.recv()), 'still')
})

test('after the peer is gone sends are EPIPE, and so is what was taken before', async (t) => {
  const [a, b] = await channels(t, 'stream')
  await b.close()
  await a.send('taken')
  await rejects(t, a.flush(), 'EPIPE')
  await rejects(t, a.send('x'), 'EPIPE')
  throws(t, () => a.trySend('x'), 'EPIPE')
  t.is(await a.recv(), null)
  await a.close()
})

test('what was taken and lost, and nobody heard of, is told by close', async (t) => {
  const [a, b] = await channels(t, 'stream')
  await b.close()
  await a.send('lost')
  await rejects(t, a.close(), 'EPIPE')
  t.true(a.closed)
})

test('sends after close are EBADF', async (t) => {
  for (const carrier of CARRIERS) {
    const [a] = await channels(t, carrier)
    const closing = a.close()
    t.is(a.close(), closing)
    await rejects(t, a.send('x'), 'EBADF')
    await rejects(t, a.send(Buffer.alloc(20_000)), 'EBADF')
    throws(t, () => a.trySend('x'), 'EBADF')
    await closing
    t.true(a.closed)
    await rejects(t, a.send('x'), 'EBADF')
    await t.throwsAsync(a.recv())
  }
})

const make = (...args: any[]) => Reflect.construct(Channel, args)

test('wrong arguments are refused', async (t) => {
  const [a] = pair(t, 'stream')
  for (const socket of [undefined, null, 1, {}]) {
    throws(t, () => make(socket), 'ERR_INVALID_ARG_TYPE')
  }
  throws(t, () => make(a, 1), 'ERR_INVALID_ARG_TYPE')
  throws(t, () => make(a, { codec: 'xml' }), 'ERR_INVALID_ARG_VALUE')
  throws(t, () => make(a, { codec: {} }), 'ERR_INVALID_ARG_TYPE')
  throws(t, () => make(a, { codec: 1 }), 'ERR_INVALID_ARG_TYPE')
  throws(t, () => make(a, { maxMessageBytes: -1 }), 'ERR_OUT_OF_RANGE')
  throws(t, () => make(a, { maxMessageBytes: 2 ** 30 }), 'ERR_OUT_OF_RANGE')
  throws(t, () => make(a, { highWaterMark: 0 }), 'ERR_OUT_OF_RANGE')
  const channel = make(a) as any
  for (const value of [1, {}, [], new Float64Array(1), true]) {
    await rejects(t, channel.send(value), 'ERR_INVALID_ARG_TYPE')
  }
  await rejects(t, channel.send('x', 1), 'ERR_INVALID_ARG_TYPE')
  await rejects(t, channel.send('x', { timeout: 'x' }), 'ERR_INVALID_ARG_TYPE')
  await rejects(t, channel.send('x', { signal: 1 }), 'ERR_INVALID_ARG_TYPE')
  await rejects(t, channel.send('x', { fds: 1 }), 'ERR_INVALID_ARG_TYPE')
  await rejects(t, channel.recv({ timeout: -1 }), 'ERR_OUT_OF_RANGE')
  await rejects(t, channel.recv(1), 'ERR_INVALID_ARG_TYPE')
  await rejects(t, channel.recvMessage(1), 'ERR_INVALID_ARG_TYPE')
  await rejects(t, channel.recvMany({ max: 0 }), 'ERR_OUT_OF_RANGE')
  await rejects(t, channel.recvMany({ copy: 1 }), 'ERR_INVALID_ARG_TYPE')
  await rejects(t, channel.flush(1), 'ERR_INVALID_ARG_TYPE')
  await rejects(t, channel.close(1), 'ERR_INVALID_ARG_TYPE')
  await rejects(t, channel.request('x', 1), 'ERR_INVALID_ARG_TYPE')
  throws(t, () => channel.onRequest(1), 'ERR_INVALID_ARG_TYPE')
})
