// relay(): what arrives at one end is delivered to the other, whole and in order, and how that ends.

import { type Relayed, relay, type SeqpacketSocket } from 'socketpair'
import { chain, hashToEnd, readToEnd, sendToEnd, totals, totalsOf } from './helpers/chains.ts'
import { hashOf, randomBytes } from './helpers/digests.ts'
import { put, take } from './helpers/io.ts'
import { needs } from './helpers/needs.ts'
import { MESSAGE_TYPES, TYPES } from './helpers/pairs.ts'
import { start } from './helpers/programs.ts'
import { rejection } from './helpers/rejection.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

const MIB = 1024 * 1024

test('64 MiB cross a stream relay unchanged, in both directions at once, and nothing else does', async (t) => {
  const { client, a, b, server } = chain(t, 'stream')
  const [there, back] = [randomBytes(64 * MIB), randomBytes(64 * MIB)]
  const relaying = relay(a, b)
  const [atServer, atClient] = await Promise.all([
    hashToEnd(server),
    hashToEnd(client),
    sendToEnd(client, there),
    sendToEnd(server, back),
  ])
  t.is(atServer, hashOf(there))
  t.is(atClient, hashOf(back))
  const relayed = { aToB: there.length, bToA: back.length }
  t.deepEqual(await relaying, relayed)
  t.deepEqual(totalsOf(a, b), totals(relayed))
})

test('the event loop turns while a relay moves bytes that only other processes touch', async (t) => {
  needs('python3')
  const { client, a, b, server } = chain(t, 'stream')
  const text = randomBytes(512).toString('hex')
  const times = 48 * 1024
  const source = start(t, 'repeats.py', [client], [text, String(times)])
  const sink = start(t, 'digests.py', [server])
  let [turns, moving] = [0, true]
  const turn = () => {
    turns++
    if (moving) setImmediate(turn)
  }
  const relaying = relay(a, b)
  setImmediate(turn)
  const relayed = await relaying
  moving = false
  t.deepEqual(relayed, { aToB: 48 * MIB, bToA: 0 })
  t.true(turns > 0)
  t.is(await source.result(), 48 * MIB)
  t.is(await sink.result(), hashOf(Buffer.alloc(48 * MIB, text)))
})

test('a Python program at the far end echoes 8 MiB through the relay', async (t) => {
  needs('python3')
  const { client, a, b, server } = chain(t, 'stream')
  const echo = start(t, 'echo-to-end.py', [server])
  const sent = randomBytes(8 * MIB)
  const relaying = relay(a, b)
  const [received] = await Promise.all([hashToEnd(client), sendToEnd(client, sent)])
  t.is(received, hashOf(sent))
  t.deepEqual(await relaying, { aToB: sent.length, bToA: sent.length })
  t.is(await echo.result(), sent.length)
})

for (const type of ['stream', 'seqpacket'] as const) {
  test(`a half-close crosses a ${type} relay after all that was sent, and the other direction goes on: each way`, async (t) => {
    for (const turned of [false, true]) {
      const { client, a, b, server } = chain(t, type)
      const relaying = turned ? relay(b, a) : relay(a, b)
      const [asks, answers] = turned ? [server, client] : [client, server]
      await put(asks, 'question')
      asks.shutdown('write')
      t.is(await take(answers), 'question')
      t.is(await take(answers), null)
      for (let round = 0; round < 3; round++) {
        await put(answers, `answer ${round}`)
        t.is(await take(asks), `answer ${round}`)
      }
      answers.shutdown('write')
      t.is(await take(asks), null)
      t.deepEqual(await relaying, { aToB: 8, bToA: 24 })
    }
  })
}

test('what was queued before the relay began crosses it, an end included', async (t) => {
  const { client, a, b, server } = chain(t, 'stream')
  await sendToEnd(client, 'early')
  server.shutdown('write')
  t.deepEqual(await relay(a, b), { aToB: 5, bToA: 0 })
  t.is((await readToEnd(server)).toString(), 'early')
})

for (const type of MESSAGE_TYPES) {
  test(`2000 ${type} messages of all sizes cross a relay each by itself, empty ones too`, async (t) => {
    const { client, a, b, server } = chain(t, type)
    const controller = new AbortController()
    const relaying = relay(a, b, { signal: controller.signal })
    const messages = Array.from({ length: 2000 }, (_, index) =>
      randomBytes([0, 1, 17, 4096, 60_000, 0][index % 6] as number),
    )
    const receiving = (async () => {
      const received = []
      while (received.length < messages.length) received.push((await server.recv())?.data)
      return received
    })()
    for (const message of messages) await client.send(message)
    t.is(hashOfEach(await receiving), hashOfEach(messages))
    const aToB = messages.reduce((sum, { length }) => sum + length, 0)
    if (type === 'seqpacket') {
      client.shutdown('write')
      server.shutdown('write')
      t.is(await server.recv(), null)
      t.deepEqual(await relaying, { aToB, bToA: 0 })
    } else {
      // A datagram relay has no end of its own.
      controller.abort()
      t.is(await rejection(relaying), controller.signal.reason)
    }
    t.deepEqual(totalsOf(a, b), totals({ aToB, bToA: 0 }))
  })
}

const hashOfEach = (messages: readonly (Buffer | undefined)[]) =>
  hashOf(Buffer.from(messages.map((message) => message && hashOf(message)).join()))

for (const type of TYPES) {
  test(`descriptors sent over a ${type} relay do not cross it and are closed, the bytes arrive`, async (t) => {
    needs('python3')
    const { client, a, b, server } = chain(t, type)
    const controller = new AbortController()
    const relaying = relay(a, b, { signal: controller.signal })
    const sender = start(t, 'sends-descriptors.py', [client])
    t.deepEqual(await sender.result(), [0, 0, 0])
    let received = ''
    while (received.length < 15) received += await take(server)
    t.is(received, 'bytesbytesbytes')
    controller.abort()
    t.is((await rejection(relaying)).aToB, 15)
  })
}

test('fifty relays run at once', async (t) => {
  const chains = Array.from({ length: 50 }, () => chain(t, 'stream'))
  const sent = chains.map((_, index) => randomBytes(200_000 + index))
  await Promise.all(
    chains.map(async ({ client, a, b, server }, index) => {
      const data = sent[index] as Buffer
      const [relayed, atServer, atClient] = await Promise.all([
        relay(a, b),
        hashToEnd(server),
        hashToEnd(client),
        sendToEnd(client, data),
        sendToEnd(server, data),
      ])
      t.deepEqual(relayed, { aToB: data.length, bToA: data.length })
      t.deepEqual([atServer, atClient], [hashOf(data), hashOf(data)])
    }),
  )
})

test('relays in a row carry over many hops', async (t) => {
  const chains = Array.from({ length: 4 }, () => chain(t, 'seqpacket'))
  const [first, last] = [chains[0]?.client, chains.at(-1)?.server] as SeqpacketSocket[]
  const relays = chains.map(({ a, b }) => relay(a, b))
  for (let index = 1; index < chains.length; index++) {
    const [before, after] = [chains[index - 1], chains[index]]
    if (before && after) relays.push(relay(before.server, after.client))
  }
  await first?.send('all the way')
  t.is((await last?.recv())?.data.toString(), 'all the way')
  await last?.send('and back')
  t.is((await first?.recv())?.data.toString(), 'and back')
  first?.shutdown('write')
  t.is(await last?.recv(), null)
  last?.shutdown('write')
  for (const relayed of await Promise.all(relays)) t.deepEqual(relayed, { aToB: 11, bToA: 8 })
})

test('onProgress tells what was delivered so far, only when it has changed, and as copies', async (t) => {
  const { client, a, b, server } = chain(t, 'stream')
  const told: Relayed[] = []
  const relaying = relay(a, b, { onProgress: (progress) => told.push(progress) })
  for (const [from, to, bytes] of [
    [client, server, 3],
    [server, client, 5],
  ] as const) {
    const before = told.length
    await from.write(Buffer.alloc(bytes))
    await to.readExactly(Buffer.alloc(bytes))
    await until(() => told.length > before)
  }
  // Time for more calls, of which there must be none: nothing moves.
  await new Promise((resolve) => setTimeout(resolve, 350))
  t.deepEqual(told, [
    { aToB: 3, bToA: 0 },
    { aToB: 3, bToA: 5 },
  ])
  client.shutdown('write')
  server.shutdown('write')
  t.deepEqual(await relaying, { aToB: 3, bToA: 5 })
})

test('onProgress is not called more than ten times a second, however fast it changes', async (t) => {
  const { client, a, b, server } = chain(t, 'stream')
  const told: Relayed[] = []
  const began = performance.now()
  const relaying = relay(a, b, { onProgress: (progress) => told.push(progress) })
  const buffer = Buffer.alloc(1000)
  while (told.length < 5) {
    await client.write(buffer)
    await server.readExactly(buffer)
  }
  // A timer of the host is a millisecond early at most.
  t.true((performance.now() - began) / 99 >= 5)
  const counts = told.map(({ aToB }) => aToB)
  t.deepEqual(
    counts,
    counts.toSorted((one, other) => one - other),
  )
  client.shutdown('write')
  server.shutdown('write')
  t.true((await relaying).aToB >= (counts.at(-1) as number))
})
