// Signals, timeouts and close at any moment.
import { setImmediate as turn } from 'node:timers/promises'
import { Channel, type StreamSocket } from 'socketpair'
import { CARRIERS, channels, ENDING, frame } from './helpers/channels.ts'
import { patterned } from './helpers/bytes.ts'
import { rejects } from './helpers/failures.ts'
import { pair } from './helpers/pairs.ts'
import { codes, rejection } from './helpers/rejection.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

const LARGE = Buffer.alloc(30_000, 'x')

/** Fills the queue of a channel, so that sends wait; gives how many were taken. */
async function stuff(channel: Channel): Promise<number> {
  let taken = 0
  for (let idle = 0; idle < 20;) {
    if (channel.trySend(LARGE)) [taken, idle] = [taken + 1, 0]
    else idle++
    await turn()
  }
  return taken
}

for (const carrier of CARRIERS) {
  test(`a receive that is given up takes nothing, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier)
    await rejects(t, b.recv({ timeout: 0 }), 'ETIMEDOUT')
    await rejects(t, b.recvMany({ timeout: 1 }), 'ETIMEDOUT')
    await rejects(t, b.recvMessage({ timeout: 1 }), 'ETIMEDOUT')
    const controller = new AbortController()
    const [first, second] = [b.recv({ signal: controller.signal }), b.recv()]
    controller.abort(new Error('enough'))
    t.is((await rejection(first)).message, 'enough')
    t.is((await rejection(b.recv({ signal: controller.signal }))).message, 'enough')
    await a.send('one')
    t.is(String(await second), 'one')
  })

  test(`a send that is given up while it waits sends nothing, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { highWaterMark: 60_000 })
    const taken = await stuff(a)
    const controller = new AbortController()
    const given = [
      a.send('aborted', { signal: controller.signal }),
      a.send(patterned(20_000), { signal: controller.signal }),
      a.send('late', { timeout: 0 }),
      a.send(patterned(20_000), { timeout: 1 }),
    ]
    const kept = a.send('kept')
    const told = codes(given)
    controller.abort(Object.assign(new Error('enough'), { code: 'ENOUGH' }))
    t.deepEqual(await told, ['ENOUGH', 'ENOUGH', 'ETIMEDOUT', 'ETIMEDOUT'])
    t.is((await rejection(a.send('x', { signal: controller.signal }))).message, 'enough')
    for (let n = 0; n < taken; n++) t.is((await b.recv())?.length, LARGE.length)
    await kept
    t.is(String(await b.recv()), 'kept')
    await rejects(t, b.recv({ timeout: 20 }), 'ETIMEDOUT')
  })

  test(`what waits is cancelled when the socket is closed, over ${carrier}`, async (t) => {
    const [a] = await channels(t, carrier, { highWaterMark: 60_000 })
    const receives = [a.recv(), a.recvMany(), a.recvMessage()]
    await stuff(a)
    const sends = [a.send('x'), a.send(patterned(20_000)), a.flush()]
    const told = codes([...receives, ...sends])
    if ('destroy' in a.socket) a.socket.destroy()
    else a.socket.close()
    for (const code of await told)
      t.true(['ECANCELED', 'ECONNRESET', 'EPIPE', undefined].includes(code))
    t.true(a.closed)
    await t.throwsAsync(a.send('x'))
    await a.close().catch(() => {})
  })

  test(`close gives up flushing when its time is over, over ${carrier}`, async (t) => {
    const [a] = await channels(t, carrier, { highWaterMark: 60_000 })
    await stuff(a)
    const waiting = codes([a.send('x'), a.recv()])
    await rejects(t, a.close({ timeout: 10 }), 'ETIMEDOUT')
    t.deepEqual((await waiting)[1], 'ECANCELED')
    t.true(a.closed)
  })
}

for (const carrier of ENDING) {
  test(`close waits until all has gone, those too that waited for room, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { highWaterMark: 60_000 })
    const taken = await stuff(a)
    const late = [a.send('late'), a.send(LARGE)]
    const closing = a.close()
    let count = 0
    while ((await b.recv()) !== null) count++
    t.is(count, taken + 2)
    await Promise.all(late)
    await closing
    await b.close()
  })
}

test('a message of which a part has gone is finished, whatever its signal says', async (t) => {
  const [a, b] = await channels(t, 'stream')
  const controller = new AbortController()
  const sending = a.send(patterned(1_000_000), { signal: controller.signal, timeout: 1 })
  controller.abort()
  await new Promise((resolve) => setTimeout(resolve, 5))
  t.true(patterned(1_000_000).equals((await b.recv()) as Buffer))
  await sending
})

test('a flush does not wait for what was given up', async (t) => {
  const [a, b] = await channels(t, 'stream', { highWaterMark: 10_000_000 })
  const first = a.send(patterned(1_000_000))
  const given = rejection(a.send(patterned(50_000), { timeout: 1 }))
  const flushed = a.flush()
  t.is((await given).code, 'ETIMEDOUT')
  t.is((await b.recv())?.length, 1_000_000)
  await Promise.all([first, flushed])
})

test('a flush that is given up changes nothing', async (t) => {
  const [a, b] = await channels(t, 'stream')
  const sending = a.send(patterned(1_000_000))
  await rejects(t, a.flush({ timeout: 1 }), 'ETIMEDOUT')
  const signal = AbortSignal.abort(new Error('enough'))
  t.is((await rejection(a.flush({ signal }))).message, 'enough')
  const flushed = a.flush()
  t.true(patterned(1_000_000).equals((await b.recv()) as Buffer))
  await Promise.all([sending, flushed])
})

test('close at once, after any number of turns, with everything waiting', async (t) => {
  for (let turns = 0; turns < 12; turns++) {
    const [a, b] = pair(t, 'stream')
    const channel = new Channel(a, { highWaterMark: 50_000 })
    const all = [channel.recv(), channel.recvMany({ timeout: 1000 })]
    for (let n = 0; n < 30; n++) void channel.send(patterned(n * 1000)).catch(() => {})
    const reading = (async () => {
      const parts: Buffer[] = []
      for await (const part of b) parts.push(part)
      return Buffer.concat(parts)
    })()
    for (let n = 0; n < turns; n++) await turn()
    const told = codes(all)
    await channel.close()
    t.deepEqual(await told, ['ECANCELED', 'ECANCELED'])
    const expected = Array.from({ length: 30 }, (_, n) => frame(patterned(n * 1000)))
    t.true(Buffer.concat(expected).equals(await reading))
  }
})

test('await using closes a channel, and its socket', async (t) => {
  const [a, b] = pair(t, 'stream')
  const channel = new Channel(a)
  await channel.send('last')
  await channel[Symbol.asyncDispose]()
  t.true(a.closed)
  t.deepEqual(await b.readChunk(), frame('last'))
  t.is(await b.readChunk(), null)
})

test('frames that come a byte at a time, each after a wait, are put together', async (t) => {
  const [a, b] = pair(t, 'stream')
  const channel = new Channel(b)
  const bytes = Buffer.concat([frame(''), frame('x'), frame('hello'), frame(patterned(40))])
  const seen: string[] = []
  const reading = (async () => {
    for await (const message of channel) seen.push(message.toString('latin1'))
  })()
  for (const byte of bytes) {
    await (a as StreamSocket).write(Uint8Array.of(byte))
    await turn()
  }
  await until(() => seen.length === 4)
  a.close()
  await reading
  t.deepEqual(seen, ['', 'x', 'hello', patterned(40).toString('latin1')])
})
