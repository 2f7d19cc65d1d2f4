// toDuplex() where a chunk is a message or a value: of datagram and seqpacket sockets, and of channels.
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Channel, type SocketDuplex } from 'socketpair'
import { patterned } from './helpers/bytes.ts'
import { eventsOf } from './helpers/duplexes.ts'
import { MESSAGE_TYPES, pair } from './helpers/pairs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

for (const type of MESSAGE_TYPES) {
  test(`${type}: a chunk is a message, empty ones too`, async (t) => {
    const [a, b] = pair(t, type)
    const [here, there] = [a.toDuplex(), b.toDuplex()]
    t.true(here.readableObjectMode && here.writableObjectMode)
    const came: Buffer[] = []
    there.on('data', (message: Buffer) => came.push(message))
    const sent = ['one', '', Buffer.from('three'), new Uint8Array([1, 2])]
    for (const message of sent) here.write(message)
    here.write('c5be', 'hex')
    await until(() => came.length === 5)
    const expected = [...sent.map((message) => Buffer.from(message as string)), Buffer.from('ž')]
    t.deepEqual(came, expected)
    there.destroy()
    here.destroy()
    t.true(a.closed && b.closed)
  })

  test(`${type}: many messages keep their order and boundaries under backpressure`, async (t) => {
    const [a, b] = pair(t, type)
    const [here, there] = [a.toDuplex({ highWaterMark: 4 }), b.toDuplex({ highWaterMark: 4 })]
    const sent = Array.from({ length: 2000 }, (_, index) =>
      patterned(1 + (index % 3000), index + 1),
    )
    const came: Buffer[] = []
    const reading = (async () => {
      for await (const message of there) if (came.push(message) === sent.length) return
    })()
    for (const message of sent) if (!here.write(message)) await once(here, 'drain')
    await reading
    t.true(came.every((message, index) => message.equals(sent[index] as Buffer)))
    t.true(there.destroyed)
    here.destroy()
  })

  test(`${type}: what is no message destroys it, told by the callback too`, async (t) => {
    const [a] = pair(t, type)
    const duplex = a.toDuplex()
    const failed = once(duplex, 'error')
    let told: unknown
    duplex.write({ an: 'object' }, (error) => (told = error))
    const [error] = (await failed) as [NodeJS.ErrnoException]
    t.is(error.code, 'ERR_INVALID_ARG_TYPE')
    t.is(told, error)
  })

  test(`${type}: a message that is too long is EMSGSIZE`, async (t) => {
    const [a] = pair(t, type)
    const duplex = a.toDuplex()
    const failed = once(duplex, 'error')
    duplex.write(Buffer.alloc(a.sendBufferSize * 2))
    t.is(((await failed) as [NodeJS.ErrnoException])[0].code, 'EMSGSIZE')
  })
}

test('seqpacket: end() is a half-close, and both ends close it', async (t) => {
  const [a, b] = pair(t, 'seqpacket')
  const [here, there] = [a.toDuplex(), b.toDuplex()]
  const [atA, atB] = [eventsOf(here), eventsOf(there)]
  const came: Buffer[] = []
  there.on('data', (message: Buffer) => came.push(message)).on('end', () => there.end('answer'))
  here.end('question')
  const [answer] = (await once(here, 'data')) as [Buffer]
  t.is(String(answer), 'answer')
  t.deepEqual(came.map(String), ['question'])
  await until(() => atA.length === 3 && atB.length === 3)
  t.true(a.closed && b.closed)
})

test('seqpacket: nobody reading, messages wait in the kernel', async (t) => {
  const [a, b] = pair(t, 'seqpacket')
  const there = b.toDuplex({ highWaterMark: 2 })
  there.pause()
  there.read(0)
  let sent = 0
  while (a.trySend('message') !== undefined) sent++
  await sleep(5)
  t.true(there.readableLength <= 2)
  const came: Buffer[] = []
  there.on('data', (message: Buffer) => came.push(message)).resume()
  await until(() => came.length === sent)
  t.pass()
})

function channels(t: ExecutionContext): [SocketDuplex, SocketDuplex, Channel<any>, Channel<any>] {
  const [a, b] = pair(t, 'stream')
  const [one, other] = [new Channel(a, { codec: 'v8' }), new Channel(b, { codec: 'v8' })]
  return [one.toDuplex(), other.toDuplex(), one, other]
}

test('Channel: a chunk is a value', async (t) => {
  const [here, there, one, other] = channels(t)
  t.is(one.toDuplex(), here)
  const values = [{ a: 1 }, 'text', [1, new Map([[1, 2]])], 0, false]
  await Promise.all([
    pipeline(values, here),
    (async () => {
      const came: unknown[] = []
      for await (const value of there.iterator({ destroyOnReturn: false })) came.push(value)
      t.deepEqual(came, values)
    })(),
  ])
  there.end('answer')
  t.is((await once(here, 'data'))[0], 'answer')
  await until(() => here.destroyed && there.destroyed)
  t.true(one.closed && other.closed)
  t.throws(() => new Channel(pair(t, 'stream')[0]).toDuplex(1 as never), {
    code: 'ERR_INVALID_ARG_TYPE',
  })
})

test('Channel: many values under backpressure, through a pipeline of objects', async (t) => {
  const [here, there] = channels(t)
  const echoing = pipeline(there, new PassThrough({ objectMode: true }), there)
  const total = 5000
  const sending = pipeline(function* () {
    for (let index = 0; index < total; index++) yield { index, filling: 'x'.repeat(index % 500) }
  }, here)
  let next = 0
  here.on('data', (value: { index: number }) => t.is(value.index, next++))
  await once(here, 'end')
  await Promise.all([sending, echoing])
  t.is(next, total)
})

test('Channel: who does not read stops the writer', async (t) => {
  const [here, there] = channels(t)
  let written = 0
  const value = { filling: 'x'.repeat(10_000) }
  while (written < 10_000 && here.write(value)) written++
  t.true(written < 10_000)
  await sleep(20)
  let goesOn = 0
  for (; goesOn < 10_000 && here.write(value); goesOn++) await sleep(0)
  t.true(goesOn < 1000)
  let came = 0
  there.on('data', () => came++)
  await until(() => came === written + goesOn + 2)
  t.is(here.writableLength, 0)
})

test('Channel: destroy() with a receive and sends pending is no error', async (t) => {
  const [here, , one] = channels(t)
  const events = eventsOf(here)
  here.resume()
  for (let index = 0; index < 100; index++) here.write({ filling: 'x'.repeat(100_000) })
  await sleep(5)
  here.destroy()
  await until(() => here.closed)
  await sleep(5)
  t.deepEqual(events, ['close false'])
  t.true(one.closed)
})

test('Channel: a peer that is gone is told as the channel tells it', async (t) => {
  const [here, there] = channels(t)
  there.destroy()
  await once(there, 'close')
  const failed = once(here, 'error')
  const closed = new Promise((resolve) => here.once('close', resolve))
  here.write('x'.repeat(100_000))
  t.is(((await failed) as [NodeJS.ErrnoException])[0].code, 'EPIPE')
  t.true(await closed)
})

test('Channel: a bad frame is an error of the Duplex', async (t) => {
  const [a, b] = pair(t, 'stream')
  const duplex = new Channel(a, { codec: 'json', maxMessageBytes: 10 }).toDuplex()
  const failed = once(duplex, 'error')
  duplex.resume()
  const other = new Channel(b, { codec: 'json' })
  await other.send('longer than ten bytes')
  t.is(((await failed) as [NodeJS.ErrnoException])[0].code, 'ERR_MESSAGE_TOO_LARGE')
  await other.close()
})

test('Channel: what cannot be sent is an error of the Duplex', async (t) => {
  const [here] = channels(t)
  const failed = once(here, 'error')
  here.write(() => {})
  t.truthy((await failed)[0])
  t.true(here.destroyed)
})
