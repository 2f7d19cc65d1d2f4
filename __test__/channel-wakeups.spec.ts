// Receives and requests of a channel that end in every way, and others that go on behind them.
import { closeSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { Channel, type StreamSocket } from 'socketpair'
import { CARRIERS, channels, ENDING, extendedFrame, frame } from './helpers/channels.ts'
import { endedWell, runProgram } from './helpers/endings.ts'
import { rejects } from './helpers/failures.ts'
import { pair } from './helpers/pairs.ts'
import { codes, rejection } from './helpers/rejection.ts'
import { test } from './helpers/test.ts'

const QUIET = 60_000

for (const readiness of ['loop', 'tokio']) {
  test(`a request right after one that was given up gets its answer: ${readiness}`, async (t) => {
    const env = { SOCKETPAIR_READINESS: readiness }
    endedWell(t, await runProgram('asks-again.mjs', { env }), `${readiness}: all answered`)
  })
}

for (const carrier of CARRIERS) {
  test(`a handler that is taken away and given again hears requests, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { codec: 'json' })
    for (let n = 0; n < 20; n++) {
      b.onRequest((value: number) => value + 1)
      t.is(await a.request(n, { timeout: QUIET }), n + 1)
      b.onRequest(null)
      if (n % 2 === 1) await Promise.resolve()
      if (n % 3 === 2) await turn()
    }
  })

  test(`a receive that is given up leaves the request behind it its answer, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier)
    b.onRequest((value: Buffer) => value)
    for (let n = 0; n < 20; n++) {
      const controller = new AbortController()
      const received = rejection(a.recv({ signal: controller.signal }))
      const asked = a.request(`${n}`, { timeout: QUIET })
      if (n % 2 === 1) await turn()
      controller.abort(new Error('enough'))
      t.is(String(await asked), `${n}`)
      t.is((await received).message, 'enough')
    }
  })

  test(`requests go on when the messages that were kept are taken, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { highWaterMark: 2000 })
    b.onRequest(async (value: Buffer) => {
      for (let n = 0; n < 3; n++) await b.send(Buffer.alloc(900, n))
      return value
    })
    for (let round = 0; round < 5; round++) {
      const asked = a.request(`${round}`, { timeout: QUIET })
      for (let n = 0; n < 3; n++) {
        if (round % 2 === 0) t.is(((await a.recv()) as Buffer)[899], n)
        else t.is(((await a.recvMany({ max: 1 })) as Buffer[])[0]?.[899], n)
        // In every distance from the moment in which the channel had enough.
        for (let left = round; left > 0; left--) await Promise.resolve()
      }
      t.is(String(await asked), `${round}`)
    }
  })

  test(`requests go on after a receive that has learned of a bad value, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { codec: 'json' })
    const raw = new Channel(b.socket)
    raw.onRequest((value: Buffer) => value)
    for (const many of [false, true]) {
      const bad = many ? a.recvMany() : a.recv()
      const told = rejects(t, bad, 'ERR_DECODE')
      await raw.send('{')
      await told
      t.is(await a.request(1, { timeout: QUIET }), 1)
      // A good one and a bad one at once: the second is told later.
      await raw.send('1')
      await raw.send('{')
      await raw.flush()
      t.deepEqual(await a.recvMany(), [1])
      t.is(await a.request(2, { timeout: QUIET }), 2)
      await rejects(t, many ? a.recvMany() : a.recv(), 'ERR_DECODE')
      t.is(await a.request(3, { timeout: QUIET }), 3)
    }
  })
}

for (const carrier of ENDING) {
  test(`a request whose peer is gone without having read it fails, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier)
    const asked = codes([a.request('x'), a.request('y')])
    await a.flush()
    await b.close()
    t.deepEqual(await asked, ['ECONNRESET', 'ECONNRESET'])
    const late = await rejection(a.request('z', { timeout: QUIET }))
    // A net.Socket is closed by then.
    t.true(['ECONNRESET', 'EPIPE', 'EBADF'].includes(late.code), late.code)
  })

  test(`a request after the peer has ended its side fails, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier)
    a.onRequest(() => 'never')
    const writer = b.writable.getWriter()
    await writer.close()
    t.is(await a.recv(), null)
    // A net.Socket ends its own side then.
    const code = carrier === 'duplex' ? 'EBADF' : 'ECONNRESET'
    await rejects(t, a.request('x', { timeout: QUIET }), code)
    await turn()
    await rejects(t, a.request('y', { timeout: QUIET }), code)
  })
}

test('a request after a bad frame fails', async (t) => {
  const [a, b] = pair(t, 'stream')
  const channel = new Channel(a)
  const first = rejects(t, channel.request('x'), 'ERR_BAD_FRAME')
  await b.write('bytes of another kind')
  await first
  await rejects(t, channel.request('y', { timeout: QUIET }), 'ERR_BAD_FRAME')
  await rejects(t, channel.recv(), 'ERR_BAD_FRAME')
})

test('a receive that is called while requests are held back, and given up, leaves them their turn', async (t) => {
  const [a, b] = pair(t, 'stream')
  const channel = new Channel(a, { highWaterMark: 1000 })
  channel.onRequest(() => Buffer.alloc(300_000))
  const frames = Array.from({ length: 10 }, (_, id) => extendedFrame('', { kind: 1, id }))
  await b.write(Buffer.concat(frames))
  await sleep(5)
  const received = rejection(channel.recv({ timeout: 5 }))
  t.is((await received).code, 'ETIMEDOUT')
  const memory = Buffer.alloc(1024 * 1024)
  let bytes = 0
  while (bytes < 10 * 300_012) bytes += await b.read(memory)
  t.is(bytes, 10 * 300_012)
  // And what comes behind them.
  await b.write(Buffer.concat([extendedFrame('', { kind: 1, id: 10 }), frame('behind')]))
  t.is(String(await channel.recv()), 'behind')
})

test('messages arrive in the order of the receives, whatever is kept', async (t) => {
  const [a, b] = await channels(t, 'stream')
  b.onRequest(async (value: Buffer) => {
    for (let n = 0; n < 10; n++) await b.send(`${n}`)
    return value
  })
  await a.request('x')
  const received: Promise<unknown>[] = []
  for (let n = 0; n < 20; n++) received.push(a.recv())
  for (let n = 10; n < 20; n++) await b.send(`${n}`)
  t.deepEqual(
    (await Promise.all(received)).map(String),
    Array.from({ length: 20 }, (_, n) => `${n}`),
  )
})

for (const carrier of ['stream', 'seqpacket', 'duplex'] as const) {
  for (const way of ['close', 'detach'] as const) {
    if (carrier === 'duplex' && way === 'detach') continue
    test(`a request behind as many messages as are kept ends with ${carrier}: ${way}()`, async (t) => {
      const [here, there] = pair(t, carrier === 'seqpacket' ? 'seqpacket' : 'stream')
      const transport = carrier === 'duplex' ? here.toDuplex() : here
      const channel = new Channel(transport as StreamSocket, { highWaterMark: 100 })
      const code = carrier === 'duplex' ? 'ECONNRESET' : 'ECANCELED'
      const asked = rejects(t, channel.request('x'), code)
      const bytes = frame('a'.repeat(200))
      const write = () => (there.type === 'stream' ? there.write(bytes) : there.send(bytes))
      for (let n = 0; n < 5; n++) {
        await write()
        // The channel reads in turns of its own.
        for (let turns = 0; turns < 5; turns++) await turn()
      }
      if (transport !== here) (transport as Duplex).destroy()
      else if (way === 'close') here.close()
      else closeSync(here.detach())
      await asked
    })
  }
}
