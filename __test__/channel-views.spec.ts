// Whose memory is what a channel gives, and what it takes: views, buffers behind them, detached and lying ones.
import { setImmediate as turn } from 'node:timers/promises'
import { Channel } from 'socketpair'
import { CARRIERS, channels, extendedFrame, frame, header } from './helpers/channels.ts'
import { rejects, throws } from './helpers/failures.ts'
import { pair } from './helpers/pairs.ts'
import { codes } from './helpers/rejection.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const MARK = 0xa5

/** Bytes of another channel go through the memory that channels share, and stay in it. */
async function leaveMarks(t: ExecutionContext): Promise<void> {
  for (const length of [50, 20_000, 60_000, 1_000_000]) {
    const [a, b] = await channels(t, 'stream')
    const sending = Promise.all([0, 1, 2].map(() => a.send(Buffer.alloc(length, MARK))))
    for (let n = 0; n < 3; n++) await b.recvMany({ copy: true, max: 1 })
    await sending
    await a.close()
    await b.close()
  }
}

/** The bytes of that channel in the memory behind a value. */
function marks(value: Uint8Array): number {
  return new Uint8Array(value.buffer).filter((byte) => byte === MARK).length
}

/** Takes memory away from all who have views of it. */
function detach(view: Uint8Array): void {
  structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] })
}

for (const kind of [1, 2, 3]) {
  test(`a long frame of kind ${kind} behind messages leaves the views of them as they are`, async (t) => {
    const [a, b] = pair(t, 'stream')
    const channel = new Channel(a)
    const long = extendedFrame(Buffer.alloc(40_000, 2), { kind, id: 1 })
    await b.write(Buffer.concat([frame(Buffer.alloc(253, 1)), long]))
    const values = (await channel.recvMany()) as Buffer[]
    t.deepEqual(values, [Buffer.alloc(253, 1)])
    await channel.close({ timeout: 0 }).catch(() => {})
  })
}

for (const carrier of CARRIERS) {
  test(`behind a value lie no bytes of another channel, over ${carrier}`, async (t) => {
    await leaveMarks(t)
    const lengths =
      carrier === 'dgram' ? [5000, 33_000, 64_000] : [5000, 33_000, 64_000, 150_000, 900_000]
    const ways = {
      recv: (channel: Channel<any>) => channel.recv(),
      recvMessage: async (channel: Channel<any>) => (await channel.recvMessage())?.value,
      recvMany: async (channel: Channel<any>) => (await channel.recvMany({ max: 1 }))?.[0],
      copies: async (channel: Channel<any>) =>
        (await channel.recvMany({ max: 1, copy: true }))?.[0],
      readable: async (channel: Channel<any>) => (await channel.readable.getReader().read()).value,
    }
    for (const length of lengths) {
      for (const [name, receive] of Object.entries(ways)) {
        const [a, b] = await channels(t, carrier)
        const sending = a.send(Buffer.alloc(length, 1))
        const value = (await receive(b)) as Buffer
        t.true(value.equals(Buffer.alloc(length, 1)))
        t.is(marks(value), 0, `${name} of ${length}`)
        await sending
        await a.close()
        await b.close()
        await leaveMarks(t)
      }
      const [a, b] = await channels(t, carrier, { codec: 'v8' })
      const sending = a.send({ bytes: new Uint8Array(length) })
      t.is(marks((await b.recv()).bytes), 0, `v8 of ${length}`)
      await sending
    }
  })
}

test('what comes to another channel is not seen through views that were kept', async (t) => {
  const [a, b] = await channels(t, 'stream')
  const kept: Buffer[] = []
  for (let n = 0; n < 5; n++) {
    await a.send('a small one')
    kept.push(...((await b.recvMany()) as Buffer[]))
    await rejects(t, b.recv({ timeout: 0 }), 'ETIMEDOUT')
    await leaveMarks(t)
  }
  for (const view of kept) t.is(marks(view), 0)
  // Nor does writing to them change what another one sends and receives.
  const others = await Promise.all(Array.from({ length: 20 }, () => channels(t, 'stream')))
  const sent = others.map(([one]) => one.send('sound'))
  for (const view of kept) new Uint8Array(view.buffer).fill(0xff)
  await Promise.all(sent)
  for (const [, other] of others) {
    for (const view of kept) new Uint8Array(view.buffer).fill(0xff)
    t.is(String(await other.recv()), 'sound')
  }
})

for (const length of [10, 100_000]) {
  test(`a view of ${length} bytes that is transferred after its time takes nothing from others`, async (t) => {
    const [a, b] = await channels(t, 'stream')
    const sending = a.send(Buffer.alloc(length, 1))
    const [view] = (await b.recvMany()) as [Buffer]
    await sending
    await rejects(t, b.recv({ timeout: 0 }), 'ETIMEDOUT')
    const others = await Promise.all(Array.from({ length: 20 }, () => channels(t, 'stream')))
    // Parts of values wait in the memory of each, and values to be sent.
    const received = others.map(([one, other]) => {
      one.trySend(Buffer.alloc(500, 2))
      return other.recv()
    })
    detach(view)
    for (const value of await Promise.all(received)) t.deepEqual(value, Buffer.alloc(500, 2))
    for (const [one, other] of others) {
      await one.send(Buffer.alloc(length, 3))
      t.deepEqual(await other.recv(), Buffer.alloc(length, 3))
    }
    // Its own channel had nothing in that memory, and goes on.
    await a.send('more')
    t.is(String(await b.recv()), 'more')
  })
}

test('a view that is transferred with what has come behind it ends receiving, and says so', async (t) => {
  const [a, b] = pair(t, 'stream')
  const channel = new Channel(b)
  await a.write(Buffer.concat([frame('first'), header(1000), Buffer.alloc(500)]))
  const [view] = (await channel.recvMany()) as [Buffer]
  t.is(String(view), 'first')
  detach(view)
  const error = await t.throwsAsync(channel.recv(), { code: 'ERR_INVALID_STATE' })
  t.regex(error?.message ?? '', /recvMany\(\)/)
  t.is(await channel.recv(), null)
  await channel.send('the other direction')
})

test('views stay as they are while an answer is received', async (t) => {
  const [a, b] = await channels(t, 'stream')
  b.onRequest((value: Buffer) => Buffer.alloc(40_000, value[0]))
  for (let n = 0; n < 50; n++) await b.send(Buffer.alloc(300, n))
  await b.flush()
  const views = (await a.recvMany()) as Buffer[]
  t.is(views.length, 50)
  for (let n = 0; n < 3; n++) await a.request(Buffer.from([0xee]))
  for (const [n, view] of views.entries()) t.deepEqual(view, Buffer.alloc(300, n))
})

/** Bytes whose memory is detached. */
function gone(): Uint8Array {
  const bytes = new Uint8Array(10)
  detach(bytes)
  return bytes
}

for (const carrier of CARRIERS) {
  test(`detached memory is refused by every call that sends, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier)
    await rejects(t, a.send(gone()), 'ERR_INVALID_STATE')
    await rejects(t, a.send(gone(), { timeout: 5 }), 'ERR_INVALID_STATE')
    throws(t, () => a.trySend(gone()), 'ERR_INVALID_STATE')
    await rejects(t, a.request(gone()), 'ERR_INVALID_STATE')
    const codec = { encode: () => gone(), decode: (bytes: Buffer) => bytes }
    const custom: Channel<any, any> = new Channel<any, any>(b.socket, { codec })
    await rejects(t, custom.send(gone()), 'ERR_INVALID_STATE')
    throws(t, () => custom.trySend(gone()), 'ERR_INVALID_STATE')
    await rejects(t, custom.request(gone()), 'ERR_INVALID_STATE')
    await a.send('still works')
    t.is(String(await b.recv()), 'still works')
  })

  test(`memory that is detached while a send or a request waits for room is told, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { highWaterMark: 1000 })
    b.onRequest((value: Buffer) => value)
    const values: Promise<unknown>[] = []
    while (values.length < 3 || a.trySend(Buffer.alloc(900))) values.push(a.send(Buffer.alloc(900)))
    const small = new Uint8Array(1000)
    const large = new Uint8Array(60_000)
    const asked = new Uint8Array(60_000)
    const told = codes([a.send(small), a.send(large), a.request(asked), a.send('whole')])
    for (const bytes of [small, large, asked]) detach(bytes)
    for (;;) {
      const value = (await b.recv()) as Buffer
      if (String(value) === 'whole') break
      t.is(value.length, 900)
    }
    await Promise.all(values)
    t.deepEqual(await told, [
      'ERR_INVALID_STATE',
      'ERR_INVALID_STATE',
      'ERR_INVALID_STATE',
      undefined,
    ])
    t.is(String(await a.request('sound')), 'sound')
  })

  test(`a length that lies is not believed, over ${carrier}`, async (t) => {
    class Lying extends Uint8Array {
      override get length(): number {
        return lie
      }
    }
    let lie: any
    const codec = { encode: (value: Uint8Array) => value, decode: (bytes: Buffer) => bytes }
    for (const options of [{}, { codec }]) {
      const [a, b] = await channels(t, carrier, options)
      b.onRequest((value: Buffer) => value)
      for (lie of [0, 5, 5000, 50_000, Number.NaN, -1, 'x', { valueOf: () => 3 }]) {
        const own = new Uint8Array(10).fill(7)
        Object.defineProperty(own, 'length', { value: lie })
        for (const value of [new Lying(10).fill(7), own]) {
          await a.send(value)
          t.true(a.trySend(value))
          const answer = await a.request(value)
          for (const got of [await b.recv(), await b.recv(), answer]) {
            t.deepEqual(Buffer.from(got as Buffer), Buffer.alloc(10, 7))
          }
        }
      }
    }
  })
}

test('the functions of a codec are read once', async (t) => {
  let reads = 0
  const codec = {
    get encode() {
      reads++
      return (value: string) => Buffer.from(`${this.mark}${value}`)
    },
    get decode() {
      reads++
      return function decode(this: { mark: string }, bytes: Buffer) {
        return `${String(bytes)}${this.mark}`
      }
    },
    mark: '!',
  }
  const [a, b] = await channels(t, 'stream', { codec })
  t.is(reads, 4)
  await a.send('x')
  t.is(await b.recv(), '!x!')
  await turn()
  t.is(reads, 4)
})
