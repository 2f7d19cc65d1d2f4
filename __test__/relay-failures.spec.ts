// A relay that fails: which error, with what it had delivered, and what is left of its ends.

import { relay } from 'socketpair'
import { patterned } from './helpers/bytes.ts'
import { chain, readToEnd, totals, totalsOf } from './helpers/chains.ts'
import { rejects } from './helpers/failures.ts'
import { put, take } from './helpers/io.ts'
import { start } from './helpers/programs.ts'
import { rejection } from './helpers/rejection.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

for (const type of ['stream', 'seqpacket'] as const) {
  test(`a ${type} peer that is closed in the middle is EPIPE, with the counts; the other side hears of it`, async (t) => {
    const { client, a, b, server } = chain(t, type)
    const relaying = relay(a, b)
    await put(client, 'arrives')
    t.is(await take(server), 'arrives')
    await put(server, 'so does this')
    t.is(await take(client), 'so does this')
    server.close()
    t.is(await take(client), null)
    await put(client, 'for nobody')
    // The refusal is carried across: who goes on writing is told.
    await until(() => rejectsNow(() => void tryPutOne(client)))
    client.shutdown('write')
    const error = await rejects(t, relaying, 'EPIPE')
    t.deepEqual([error.aToB, error.bToA], [7, 12])
    t.deepEqual([b.bytesRead, b.bytesWritten], [12, 7])
    t.false(a.closed || b.closed)
    t.is(a.bytesWritten, 12)
  })
}

const rejectsNow = (call: () => void) => {
  try {
    call()
    return false
  } catch {
    return true
  }
}
const tryPutOne = (end: Parameters<typeof put>[0]) =>
  'tryWrite' in end ? end.tryWrite('x') : end.trySend('x')

test('a program that is killed in the middle ends the relay with an error that carries the counts', async (t) => {
  const { client, a, b, server } = chain(t, 'stream')
  const { child } = start(t, 'echo-to-end.py', [server])
  const relaying = relay(a, b)
  const flood = rejection(client.write(patterned(64 << 20)))
  const some = Buffer.alloc(1 << 20)
  await client.readExactly(some)
  t.true(some.equals(patterned(1 << 20)))
  child.kill('SIGKILL')
  // All that it sent can be read, and then the end.
  const rest = await readToEnd(client)
  t.regex((await flood).code, /^(EPIPE|ECONNRESET)$/)
  client.shutdown('write')
  const error = await rejection(relaying)
  t.regex(error.code, /^(EPIPE|ECONNRESET)$/)
  t.is(error.bToA, some.length + rest.length)
  t.true((error.aToB as number) >= (error.bToA as number))
  t.is(error.aToB, b.bytesWritten)
  t.false(a.closed || b.closed)
})

test('a peer that closes with bytes unread is ECONNRESET, after all that it had sent', async (t) => {
  const { client, a, b, server } = chain(t, 'stream')
  const relaying = relay(a, b)
  await client.write('unread')
  await until(() => server.readableLength === 6)
  await server.write('goodbye')
  server.close()
  client.shutdown('write')
  t.is((await readToEnd(client)).toString(), 'goodbye')
  const error = await rejects(t, relaying, 'ECONNRESET')
  t.deepEqual([error.aToB, error.bToA], [6, 7])
})

test('a stream relay that waits for room hears that its peer reads no more, and so does the writer', async (t) => {
  const { client, a, b, server } = chain(t, 'stream')
  const relaying = relay(a, b)
  const flood = client.write(patterned(8 << 20))
  await until(() => server.readableLength > 100_000)
  server.shutdown('read')
  await rejects(t, flood, 'EPIPE')
  // The other direction lives.
  await server.write('still here')
  t.is(await take(client), 'still here')
  server.shutdown('write')
  const error = await rejects(t, relaying, 'EPIPE')
  t.is(error.bToA, 10)
  t.is(error.aToB, b.bytesWritten)
})

for (const type of ['dgram', 'seqpacket'] as const) {
  test(`a ${type} message too long for the other end is EMSGSIZE, and both ends go on`, async (t) => {
    const { client, a, b, server } = chain(t, type, {}, { sendBufferSize: 8192 })
    const relaying = relay(a, b)
    await client.send('short enough')
    t.is(await take(server), 'short enough')
    await server.send('and back')
    t.is(await take(client), 'and back')
    await client.send(Buffer.alloc(60_000))
    // Datagrams know no end: the relay ends with the error. Else the other direction goes on to its own.
    if (type === 'seqpacket') {
      await server.send('goes on')
      t.is(await take(client), 'goes on')
      server.shutdown('write')
    }
    const error = await rejects(t, relaying, 'EMSGSIZE')
    const bToA = type === 'seqpacket' ? 15 : 8
    t.deepEqual([error.aToB, error.bToA], [12, bToA])
    t.deepEqual([b.bytesRead, b.bytesWritten], [bToA, 12])
    await b.send('usable')
    t.is(await take(server), 'usable')
    if (type === 'dgram') {
      await client.send('this one too')
      t.is(await take(a), 'this one too')
      await a.send('both ways')
      t.is(await take(client), 'both ways')
    }
  })
}

test('a datagram peer that is closed is ECONNREFUSED at the next message for it', async (t) => {
  const { client, a, b, server } = chain(t, 'dgram')
  const relaying = relay(a, b)
  await client.send('one')
  t.is(await take(server), 'one')
  server.close()
  await client.send('for nobody')
  const error = await rejects(t, relaying, 'ECONNREFUSED')
  t.deepEqual([error.aToB, error.bToA], [3, 0])
  t.is(b.bytesWritten, 3)
  await client.send('direct')
  t.is(await take(a), 'direct')
})

test('a signal that aborts after the relay failed or ended changes nothing', async (t) => {
  const { client, a, b, server } = chain(t, 'stream')
  const controller = new AbortController()
  client.shutdown('write')
  server.shutdown('write')
  const relayed = await relay(a, b, { signal: controller.signal })
  controller.abort()
  t.deepEqual(relayed, { aToB: 0, bToA: 0 })
  t.deepEqual(totalsOf(a, b), totals(relayed))
})
