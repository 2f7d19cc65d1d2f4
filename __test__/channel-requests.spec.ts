// Requests and answers, beside messages.
import { setImmediate as turn } from 'node:timers/promises'
import { Channel } from 'socketpair'
import { CARRIERS, channels, ENDING, extendedFrame } from './helpers/channels.ts'
import { rejects } from './helpers/failures.ts'
import { pair } from './helpers/pairs.ts'
import { codes, rejection } from './helpers/rejection.ts'
import { test } from './helpers/test.ts'

for (const carrier of CARRIERS) {
  test(`requests are answered, each with its own answer, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { codec: 'json' })
    b.onRequest(async (n: number) => {
      // Later ones are answered earlier.
      for (let left = 20 - n; left > 0; left--) await turn()
      return n * 2
    })
    const numbers = Array.from({ length: 20 }, (_, n) => n)
    const answers = await Promise.all(numbers.map((n) => a.request(n)))
    t.deepEqual(
      answers,
      numbers.map((n) => n * 2),
    )
  })

  test(`both sides ask and tell at the same time, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { codec: 'json' })
    a.onRequest((value: string) => `a answers ${value}`)
    b.onRequest((value: string) => `b answers ${value}`)
    const told: string[] = []
    const listening = (async () => {
      while (told.length < 50) told.push(await b.recv())
    })()
    for (let n = 0; n < 50; n++) {
      const asked = [a.request(`q${n}`), b.request(`r${n}`)]
      await a.send(`m${n}`)
      t.deepEqual(await Promise.all(asked), [`b answers q${n}`, `a answers r${n}`])
    }
    await listening
    t.deepEqual(
      told,
      Array.from({ length: 50 }, (_, n) => `m${n}`),
    )
  })

  test(`messages that come while an answer is awaited are kept, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier)
    b.onRequest(async () => {
      for (let n = 0; n < 10; n++) await b.send(`kept ${n}`)
      return 'answer'
    })
    t.is(String(await a.request('x')), 'answer')
    t.is(String(await a.recv()), 'kept 0')
    t.is(String((await a.recvMessage())?.value), 'kept 1')
    const rest = ((await a.recvMany()) as Buffer[]).map(String)
    while (rest.length < 8) rest.push(...((await a.recvMany()) as Buffer[]).map(String))
    t.deepEqual(
      rest,
      Array.from({ length: 8 }, (_, n) => `kept ${n + 2}`),
    )
  })

  test(`a handler that throws, and none at all, are told to who asked, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { codec: 'json' })
    b.onRequest(() => {
      throw new TypeError('not like that')
    })
    const error = await rejects(t, a.request(1), 'ERR_REQUEST_FAILED')
    t.is(error.message, 'not like that')
    b.onRequest(() => {})
    await rejects(t, a.request(1), 'ERR_REQUEST_FAILED')
    b.onRequest(null)
    const asked = rejects(t, a.request(1), 'ERR_REQUEST_FAILED')
    void b.recv().catch(() => {})
    await asked
  })

  test(`a request that is given up is forgotten, and its answer dropped, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { codec: 'json' })
    const release: (() => void)[] = []
    b.onRequest(async (value: number) => {
      if (value < 3) await new Promise<void>((resolve) => release.push(resolve))
      return value
    })
    const controller = new AbortController()
    const aborted = a.request(1, { signal: controller.signal })
    const late = a.request(2, { timeout: 1 })
    t.is(await a.request(3), 3)
    controller.abort(new Error('enough'))
    t.is((await rejection(aborted)).message, 'enough')
    await rejects(t, late, 'ETIMEDOUT')
    const early = AbortSignal.abort(Object.assign(new Error('x'), { code: 'ERR_X' }))
    await rejects(t, a.request(4, { signal: early }), 'ERR_X')
    for (const go of release) go()
    t.is(await a.request(5), 5)
    await rejects(t, a.recv({ timeout: 0 }), 'ETIMEDOUT')
  })

  test(`requests that wait end with the channel, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { codec: 'json' })
    b.onRequest(() => new Promise(() => {}))
    const told = codes([a.request(1), a.request(2)])
    await a.flush()
    await a.close()
    t.deepEqual(await told, ['ECANCELED', 'ECANCELED'])
    await b.close()
  })
}

for (const carrier of ENDING) {
  test(`requests that wait end when the peer does, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { codec: 'json' })
    const told = codes([a.request(1), a.request(2)])
    await b.recv({ timeout: 5 }).catch(() => {})
    await b.close()
    for (const code of await told) t.true(code === 'ECONNRESET' || code === 'ERR_REQUEST_FAILED')
    t.is(await a.recv().catch(() => null), null)
  })
}

test('more messages than are kept stop the receiving until somebody takes them', async (t) => {
  const [a, b] = await channels(t, 'stream', { highWaterMark: 10_000 })
  b.onRequest(() => 'answer')
  const asked = Promise.all(
    Array.from({ length: 100 }, (_, n) => a.send(Buffer.alloc(5000, n))).concat(
      a.request('x').then((answer) => void t.is(String(answer), 'answer')),
    ),
  )
  for (let n = 0; n < 100; n++) t.deepEqual(await b.recv(), Buffer.alloc(5000, n))
  await asked
})

test('no more than 1024 requests are handled at a time; the others are left unread', async (t) => {
  const [a, b] = pair(t, 'stream')
  const channel = new Channel(a)
  let handled = 0
  channel.onRequest(() => new Promise(() => handled++))
  const frames = Array.from({ length: 1030 }, (_, id) => extendedFrame('', { kind: 1, id }))
  await b.write(Buffer.concat(frames))
  const peer = new Channel(b)
  // Answers to questions that it never asked are dropped.
  await rejects(t, peer.recv({ timeout: 20 }), 'ETIMEDOUT')
  t.is(handled, 1024)
})

test('a bad frame ends the requests that wait, and the next receive hears of it', async (t) => {
  const [a, b] = pair(t, 'stream')
  const channel = new Channel(a)
  const asked = rejects(t, channel.request('x'), 'ERR_BAD_FRAME')
  await b.write('bytes of another kind')
  await asked
  await rejects(t, channel.recv(), 'ERR_BAD_FRAME')
  t.is(await channel.recv(), null)
})

test('a request that can’t be sent at all is told once, and nothing waits for its answer', async (t) => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', note)
  const [a, b] = await channels(t, 'stream')
  a.onRequest(() => 'answer')
  if ('close' in b.socket) b.socket.close()
  await rejects(
    t,
    a.flush().then(() => a.send(Buffer.alloc(100_000))),
    'EPIPE',
  )
  await rejects(t, a.request('x'), 'EPIPE')
  await a.close().catch(() => {})
  await rejects(t, a.request('x'), 'EBADF')
  for (let n = 0; n < 5; n++) await turn()
  process.off('unhandledRejection', note)
  t.deepEqual(unhandled, [])
})

test('descriptors of a message that was kept and can’t be decoded are closed', async (t) => {
  const [a, b] = pair(t, 'stream')
  const channel = new Channel(a, { codec: 'json' })
  const raw = new Channel(b)
  const asked = channel.request('x', { timeout: 60_000 })
  const told = rejection(asked)
  await raw.send('{"cut":', { fds: [0] })
  await raw.send('{"cut":', { fds: [0] })
  await raw.flush()
  for (let n = 0; n < 5; n++) await turn()
  await rejects(t, channel.recv(), 'ERR_DECODE')
  // The other one is closed with the channel: the test's own count of descriptors tells.
  await channel.close()
  t.is((await told).code, 'ECANCELED')
})
