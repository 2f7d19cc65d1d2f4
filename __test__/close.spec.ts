// What the other end hears of a close, and in which order.
import type { AnySocket } from 'socketpair'
import { rejects, throws } from './helpers/failures.ts'
import { endOf, put, take, tryPut, tryTake } from './helpers/io.ts'
import { CONNECTED_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { report } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

/** The results of receiving so many times without waiting: text, null, undefined or a code. */
function receive(end: AnySocket, times: number): unknown[] {
  return Array.from({ length: times }, () => {
    try {
      return tryTake(end)
    } catch (error) {
      return (error as NodeJS.ErrnoException).code
    }
  })
}

for (const type of TYPES) {
  test(`K32 a ${type} end whose peer closed receives the end, as often as it asks`, async (t) => {
    const [a, b] = pair(t, type)
    b.close()
    t.deepEqual(receive(a, 2), [endOf(a), endOf(a)])
    if (type === 'dgram') return
    t.is(await take(a), null)
    t.is(await take(a), null)
  })

  test(`K32 a send over a ${type} pair whose peer closed says so`, async (t) => {
    const codes = type === 'dgram' ? ['ECONNREFUSED', 'ENOTCONN'] : ['EPIPE', 'EPIPE']
    const [a, b] = pair(t, type)
    b.close()
    for (const code of [...codes, codes[1] as string]) await rejects(t, put(a, 'x'), code)
    throws(t, () => tryPut(a, 'x'), codes[1] as string)
    const [c, d] = pair(t, type)
    d.close()
    for (const code of codes) throws(t, () => tryPut(c, 'x'), code)
    t.is(a.bytesWritten + c.bytesWritten, 0)
  })

  test(`K32 an empty send over a ${type} pair whose peer closed says so too`, async (t) => {
    const [a, b] = pair(t, type)
    b.close()
    // Observed by os-semantics.md, 2.6: what a datagram end says first depends on its kernel.
    const { code } = (await t.throwsAsync(put(a, ''))) as NodeJS.ErrnoException
    t.true((type === 'dgram' ? ['ENOTCONN', 'ECONNREFUSED'] : ['EPIPE']).includes(code ?? ''), code)
  })

  test(`K34 a ${type} end receives what its peer sent before it closed, then the end`, async (t) => {
    const [a, b] = pair(t, type)
    await put(b, 'abcde')
    b.close()
    t.is(await take(a), 'abcde')
    t.deepEqual(receive(a, 2), [endOf(a), endOf(a)])
  })

  test(`K35 a ${type} end whose peer closed with our data unread hears of it once`, (t) => {
    const [a, b] = pair(t, type)
    tryPut(a, 'unread')
    b.close()
    const expected =
      type === 'dgram' ? [undefined, undefined, undefined] : ['ECONNRESET', null, null]
    t.deepEqual(receive(a, 3), expected)
  })

  test(`K35 with data queued both ways, a ${type} end hears of the reset where its type says`, (t) => {
    const [a, b] = pair(t, type)
    tryPut(a, 'unread')
    tryPut(b, 'queued')
    b.close()
    const expected = {
      stream: ['queued', 'ECONNRESET', null],
      dgram: ['queued', undefined, undefined],
      seqpacket: ['ECONNRESET', 'queued', null],
    }
    t.deepEqual(receive(a, 3), expected[type])
  })

  test(`K35 the poll bits of a ${type} end tell of the close`, (t) => {
    const [a, b] = pair(t, type)
    tryPut(a, 'unread')
    b.close()
    const expected = type === 'dgram' ? ['OUT'] : ['IN', 'OUT', 'ERR', 'HUP', 'RDHUP']
    t.deepEqual(report('poll-bits.py', [a]), [expected])
  })

  test(`K38 SO_ERROR of a ${type} end takes the reset away`, (t) => {
    const [a, b] = pair(t, type)
    tryPut(a, 'unread')
    b.close()
    const errors = type === 'dgram' ? [null, null] : ['ECONNRESET', null]
    t.deepEqual(report('socket-error.py', [a]), errors)
    t.deepEqual(receive(a, 2), [endOf(a), endOf(a)])
  })

  test(`K44 a waiting receive of a ${type} end gets the data that comes`, async (t) => {
    const [a, b] = pair(t, type)
    const waiting = take(a)
    await put(b, 'here')
    t.is(await waiting, 'here')
  })

  test(`3.1 e, f: closing a ${type} end settles its waiting receive`, async (t) => {
    const [a, b] = pair(t, type)
    const waiting = take(a)
    if (type === 'dgram') b.close()
    a.close()
    await rejects(t, waiting, 'ECANCELED')
  })
}

for (const type of CONNECTED_TYPES) {
  test(`K44 a waiting receive of a ${type} end settles when the peer closes`, async (t) => {
    const [a, b] = pair(t, type)
    const waiting = [take(a), take(a)]
    b.close()
    t.deepEqual(await Promise.all(waiting), [null, null])
  })

  test(`K44 a waiting send of a ${type} end settles when the peer closes`, async (t) => {
    const [a, b] = pair(t, type)
    while (tryPut(a, 'x'.repeat(4096)) !== undefined);
    const waiting = put(a, 'waiting')
    const behind = put(a, 'behind')
    b.close()
    const codes = ['EPIPE', 'ECONNRESET']
    const { code } = (await t.throwsAsync(waiting)) as NodeJS.ErrnoException
    t.true(codes.includes(code ?? ''), code)
    await rejects(t, behind, 'EPIPE')
  })
}

test('K44 a waiting send of a datagram end settles when the peer closes', async (t) => {
  const [a, b] = pair(t, 'dgram')
  while (tryPut(a, 'x'.repeat(4096)) !== undefined);
  const waiting = a.send('waiting')
  const behind = a.send('behind')
  b.close()
  await rejects(t, waiting, 'ECONNREFUSED')
  await rejects(t, behind, 'ENOTCONN')
})

test('F6 a send swallows the reset of a seqpacket end, and not that of a stream end', async (t) => {
  const [q, peerOfQ] = pair(t, 'seqpacket')
  await q.send('unread')
  peerOfQ.close()
  await rejects(t, q.send('x'), 'ECONNRESET')
  await rejects(t, q.send('x'), 'EPIPE')
  t.is(await q.recv(), null)
  const [s, peerOfS] = pair(t, 'stream')
  await s.write('unread')
  peerOfS.close()
  await rejects(t, s.write('x'), 'EPIPE')
  await rejects(t, s.read(Buffer.alloc(1)), 'ECONNRESET')
  t.is(await s.read(Buffer.alloc(1)), 0)
})

test('F4 a datagram end is not told of the close, and its receive waits until it is closed', async (t) => {
  const [a, b] = pair(t, 'dgram')
  const waiting = a.recv()
  b.close()
  await rejects(t, a.recv({ timeout: 0 }), 'ETIMEDOUT')
  await rejects(t, a.send('x'), 'ECONNREFUSED')
  a.close()
  await rejects(t, waiting, 'ECANCELED')
})
