// A relay that is aborted, or whose ends are closed or given away in the middle: nothing is lost, and
// what is left can be used.

import { closeSync } from 'node:fs'
import { inspect } from 'node:util'
import { type Relayed, relay, Socket, type StreamSocket } from 'socketpair'
import { drain, patterned, readAll } from './helpers/bytes.ts'
import { chain, hashToEnd, totals, totalsOf } from './helpers/chains.ts'
import { hashOf } from './helpers/digests.ts'
import { rejects } from './helpers/failures.ts'
import { put, take } from './helpers/io.ts'
import { closeAfter, TYPES } from './helpers/pairs.ts'
import { rejection } from './helpers/rejection.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

const MIB = 1024 * 1024

/** Sends all of `data` as it goes, until told to stop. */
function pouring(end: StreamSocket, data: Buffer) {
  const controller = new AbortController()
  const { signal } = controller
  const poured = end.write(data, { signal }).catch(() => {})
  return async () => {
    controller.abort()
    await poured
    return data.subarray(0, end.bytesWritten)
  }
}

test('a relay aborted again and again in the middle of a flood loses nothing and keeps the order', async (t) => {
  const { client, a, b, server } = chain(t, 'stream')
  const [there, back] = [patterned(16 * MIB, 1), patterned(16 * MIB, 2)]
  const sending = [
    client.write(there).then(() => client.shutdown('write')),
    server.write(back).then(() => server.shutdown('write')),
  ]
  const receiving = Promise.all([hashToEnd(server), hashToEnd(client)])
  const sum = { aToB: 0, bToA: 0 }
  let aborts = 0
  for (;;) {
    const seen = server.bytesRead + client.bytesRead
    const controller = new AbortController()
    const { signal } = controller
    const outcome = relay(a, b, { signal }).catch((reason: unknown) => reason)
    if (seen < there.length + back.length) {
      await until(() => server.bytesRead + client.bytesRead > seen)
      controller.abort()
    }
    const relayed = (await outcome) as Relayed
    sum.aToB += relayed.aToB
    sum.bToA += relayed.bToA
    if (relayed !== (signal.reason as unknown)) break
    aborts++
    // A rest that the relay held would go as a write.
    await until(() => !/pendingWrites: [1-9]/.test(inspect([a, b])))
  }
  t.true(aborts > 3, `${aborts}`)
  t.deepEqual(await receiving, [hashOf(there), hashOf(back)])
  await Promise.all(sending)
  t.deepEqual(totalsOf(a, b), totals({ aToB: there.length, bToA: back.length }))
  t.deepEqual(sum, { aToB: there.length, bToA: back.length })
})

for (const type of TYPES) {
  test(`after an abort a ${type} relay moves nothing more, and both ends are open for use`, async (t) => {
    const { client, a, b, server } = chain(t, type)
    const controller = new AbortController()
    const relaying = relay(a, b, { signal: controller.signal })
    await put(client, 'relayed')
    t.is(await take(server), 'relayed')
    controller.abort()
    const reason = await rejection(relaying)
    t.is(reason, controller.signal.reason)
    t.deepEqual({ aToB: reason.aToB, bToA: reason.bToA }, { aToB: 7, bToA: 0 })
    t.deepEqual(totalsOf(a, b), totals({ aToB: 7, bToA: 0 }))
    await put(client, 'to a')
    await put(server, 'to b')
    t.deepEqual([await take(a), await take(b)], ['to a', 'to b'])
    await put(a, 'from a')
    await put(b, 'from b')
    t.deepEqual([await take(client), await take(server)], ['from a', 'from b'])
    const again = new AbortController()
    const second = relay(b, a, { signal: again.signal })
    await put(server, 'once more')
    t.is(await take(client), 'once more')
    again.abort('no object at all')
    t.is(await second.catch((thrown: unknown) => thrown), 'no object at all')
  })

  test(`a signal that is aborted already rejects a ${type} relay before anything moves`, async (t) => {
    const { client, a, b, server } = chain(t, type)
    await put(client, 'stays')
    const reason = new Error('enough')
    const thrown: Error = await rejection(relay(a, b, { signal: AbortSignal.abort(reason) }))
    t.is(thrown, reason)
    t.is(await take(a), 'stays')
    await put(b, 'direct')
    t.is(await take(server), 'direct')
  })
}

test('what an aborted relay had not taken is still where it was', async (t) => {
  const { client, a, b, server } = chain(t, 'stream')
  const controller = new AbortController()
  const relaying = relay(a, b, { signal: controller.signal })
  const stop = pouring(client, patterned(8 * MIB))
  // Nobody reads at the far end: everything in between fills up.
  await until(() => server.readableLength > 0)
  let before = -1
  while (before !== client.bytesWritten) {
    before = client.bytesWritten
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  controller.abort()
  const { aToB } = await rejection(relaying)
  const sent = await stop()
  const arrived = drain(server)
  const left = drain(a)
  t.is(aToB, arrived.length)
  t.true(left.length > 0)
  t.is(hashOf(arrived, left), hashOf(sent))
  t.is(b.bytesWritten, arrived.length)
})

for (const [how, leave] of [
  ['close()', (end: Socket) => void end.close()],
  ['detach()', (end: Socket) => closeSync(end.detach())],
] as const) {
  for (const type of TYPES) {
    for (const which of ['a', 'b'] as const) {
      test(`${how} of end ${which} in the middle of a ${type} relay cancels it and leaves the other end`, async (t) => {
        const { client, server, ...ends } = chain(t, type)
        const relaying = relay(ends.a, ends.b)
        await put(client, 'relayed')
        t.is(await take(server), 'relayed')
        leave(ends[which])
        t.is(ends[which].fd, -1)
        const error = await rejects(t, relaying, 'ECANCELED')
        t.deepEqual([error.aToB, error.bToA], [7, 0])
        t.deepEqual(totalsOf(ends.a, ends.b), totals({ aToB: 7, bToA: 0 }))
        const [left, far] = which === 'a' ? [ends.b, server] : [ends.a, client]
        await put(left, 'still')
        t.is(await take(far), 'still')
        await put(far, 'here')
        t.is(await take(left), 'here')
        await rejects(t, relay(ends.a, ends.b), 'EBADF')
      })
    }
  }

  test(`${how} while bytes pour through a relay touches none of them twice`, async (t) => {
    for (let round = 0; round < 20; round++) {
      const { client, a, b, server } = chain(t, 'stream')
      const relaying = relay(a, b)
      const stop = pouring(client, patterned(4 * MIB, round))
      await readAll(server, 100_000)
      leave(round % 2 ? a : b)
      const error = await rejects(t, relaying, 'ECANCELED')
      const sent = await stop()
      const rest = drain(server)
      t.is(error.aToB, 100_000 + rest.length)
      t.is(hashOf(rest), hashOf(sent.subarray(100_000, 100_000 + rest.length)))
    }
  })
}

test('an end that is given up in the middle of a relay can be adopted, and goes on where it was', async (t) => {
  const { client, a, b, server } = chain(t, 'seqpacket')
  const relaying = relay(a, b)
  const fd = b.detach()
  const again = Socket.fromFd(fd)
  closeAfter(t, again)
  await rejects(t, relaying, 'ECANCELED')
  await server.send('for the new one')
  t.is(await take(again), 'for the new one')
  const relayed = relay(a, again)
  await client.send('through it')
  t.is((await server.recv())?.data.toString(), 'through it')
  client.shutdown('write')
  server.shutdown('write')
  t.deepEqual(await relayed, { aToB: 10, bToA: 0 })
})

test('both ends closed in one turn reject once, and a late abort changes nothing', async (t) => {
  const { a, b } = chain(t, 'stream')
  const controller = new AbortController()
  const relaying = relay(a, b, { signal: controller.signal })
  a.close()
  b.close()
  controller.abort()
  await rejects(t, relaying, 'ECANCELED')
  t.false('aToB' in (controller.signal.reason as object))
})
