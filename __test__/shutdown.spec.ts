import { closeSync, openSync } from 'node:fs'
import type { AnySocket } from 'socketpair'
import { rejects, throws } from './helpers/failures.ts'
import { endOf, fill, put, take, tryPut, tryTake } from './helpers/io.ts'
import { needs } from './helpers/needs.ts'
import { CONNECTED_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { report } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

const HOW = ['read', 'write', 'both'] as const

/** What an end that is shut for reading says: the package remembers it for datagrams. */
const END = null

/** The poll bits of both ends, as the kernel has them. */
function pollBits(a: AnySocket, b: AnySocket): unknown {
  return report('poll-bits.py', [a, b])
}

for (const type of TYPES) {
  test(`K39 after shutdown('write') a ${type} end sends nothing and still receives`, async (t) => {
    const [a, b] = pair(t, type)
    a.shutdown('write')
    await rejects(t, put(a, 'x'), 'EPIPE')
    throws(t, () => tryPut(a, 'x'), 'EPIPE')
    await rejects(t, put(a, 'x'), 'EPIPE')
    t.is(tryTake(b), endOf(b))
    t.is(tryTake(b), endOf(b))
    await put(b, 'back')
    t.is(await take(a), 'back')
    t.is(a.bytesWritten, 0)
  })

  test(`K39 after shutdown('write') the poll bits tell the peer of a ${type} end`, (t) => {
    const [a, b] = pair(t, type)
    a.shutdown('write')
    t.deepEqual(pollBits(a, b), [['OUT'], type === 'dgram' ? ['OUT'] : ['IN', 'OUT', 'RDHUP']])
  })

  test(`K40 after shutdown('read') a ${type} end receives the end and still sends`, async (t) => {
    const [a, b] = pair(t, type)
    a.shutdown('read')
    t.is(tryTake(a), END)
    t.is(await take(a), END)
    await rejects(t, put(b, 'x'), 'EPIPE')
    await put(a, 'there')
    t.is(await take(b), 'there')
  })

  test(`K40 after shutdown('read') the poll bits of a ${type} end have RDHUP`, (t) => {
    const [a, b] = pair(t, type)
    a.shutdown('read')
    t.deepEqual(pollBits(a, b), [['IN', 'OUT', 'RDHUP'], ['OUT']])
  })

  test(`K41 shutdown('both') of a ${type} end ends both directions, and twice is no error`, async (t) => {
    const [a, b] = pair(t, type)
    a.shutdown('both')
    a.shutdown('both')
    await rejects(t, put(a, 'x'), 'EPIPE')
    await rejects(t, put(b, 'x'), 'EPIPE')
    t.is(await take(a), END)
    t.is(tryTake(b), endOf(b))
    const hung = ['IN', 'OUT', 'HUP', 'RDHUP']
    t.deepEqual(pollBits(a, b), [hung, type === 'dgram' ? ['OUT'] : hung])
    t.false(a.closed)
  })

  test(`every shutdown of a ${type} end can be repeated, and those of one direction add up`, async (t) => {
    const [a] = pair(t, type)
    for (const how of [...HOW, ...HOW]) t.notThrows(() => a.shutdown(how))
    const [c, d] = pair(t, type)
    c.shutdown('read')
    c.shutdown('write')
    await rejects(t, put(c, 'x'), 'EPIPE')
    await rejects(t, put(d, 'x'), 'EPIPE')
    t.is(await take(c), END)
  })

  for (const how of HOW) {
    test(`K42 what was queued before shutdown('${how}') of the receiving ${type} end still comes`, async (t) => {
      const [a, b] = pair(t, type)
      await put(b, 'queued')
      a.shutdown(how)
      t.is(await take(a), 'queued')
      t.is(tryTake(a), how === 'write' ? undefined : END)
    })

    test(`K42 what was queued before shutdown('${how}') of the sending ${type} end still comes`, async (t) => {
      const [a, b] = pair(t, type)
      await put(b, 'queued')
      b.shutdown(how)
      t.is(await take(a), 'queued')
      t.is(tryTake(a), how === 'read' ? undefined : endOf(a))
    })

    test(`K43 shutdown('${how}') of a ${type} end that is closed is EBADF`, (t) => {
      const [a, b] = pair(t, type)
      a.close()
      throws(t, () => a.shutdown(how), 'EBADF')
      b.shutdown('write')
    })

    test(`K43 shutdown('${how}') of a ${type} end whose number is a file by now is refused`, (t) => {
      const [a] = pair(t, type)
      const { fd } = a
      closeSync(fd)
      const file = openSync('/dev/null', 'r+')
      t.is(file, fd)
      const error = t.throws(() => a.shutdown(how))
      t.true(['ENOTSOCK', 'EBADF'].includes((error as NodeJS.ErrnoException).code ?? ''))
      a.close()
      closeSync(file)
    })
  }

  test(`K44 a waiting receive of a ${type} end settles on its own shutdown('read')`, async (t) => {
    const [a] = pair(t, type)
    const waiting = [take(a), take(a)]
    a.shutdown('read')
    t.deepEqual(await Promise.all(waiting), [END, END])
  })

  test(`K44 a waiting receive of a ${type} end settles on its own shutdown('both')`, async (t) => {
    const [a] = pair(t, type)
    const waiting = take(a)
    a.shutdown('both')
    t.is(await waiting, END)
  })

  test(`a waiting receive of a ${type} end goes on after its own shutdown('write')`, async (t) => {
    const [a, b] = pair(t, type)
    const waiting = take(a)
    a.shutdown('write')
    await put(b, 'here')
    t.is(await waiting, 'here')
  })

  test(`a waiting send of a ${type} end settles on its own shutdown('write')`, async (t) => {
    const [a, b] = pair(t, type)
    while (tryPut(a, 'x'.repeat(4096)) !== undefined);
    const waiting = put(a, 'waiting')
    a.shutdown('write')
    await rejects(t, waiting, 'EPIPE')
    t.not(tryTake(b), undefined)
  })

  // The kernel wakes no poller for this alone; room in the queue does, or a close.
  test(`a waiting send of a ${type} end fails after its peer's shutdown('read') when there is room`, async (t) => {
    const [a, b] = pair(t, type)
    while (tryPut(a, 'x'.repeat(4096)) !== undefined);
    const waiting = put(a, 'waiting')
    b.shutdown('read')
    while (tryTake(b));
    await rejects(t, waiting, 'EPIPE')
  })

  test(`the loop over a ${type} end is left after its own shutdown('read')`, async (t) => {
    const [a, b] = pair(t, type)
    await put(b, 'queued')
    a.shutdown('read')
    const seen: string[] = []
    for await (const piece of a)
      seen.push('data' in piece ? piece.data.toString() : piece.toString())
    t.deepEqual(seen, ['queued'])
  })
}

for (const type of CONNECTED_TYPES) {
  test(`K40 a ${type} send that waits is told that the peer reads no more`, async (t) => {
    const [a, b] = pair(t, type)
    fill(a, Buffer.alloc(4096))
    const waiting = put(a, 'never read')
    b.shutdown('read')
    await rejects(t, waiting, 'EPIPE')
  })

  for (const how of ['write', 'both'] as const) {
    test(`K44 a waiting receive of a ${type} end settles on its peer's shutdown('${how}')`, async (t) => {
      const [a, b] = pair(t, type)
      const waiting = take(a)
      b.shutdown(how)
      t.is(await waiting, null)
    })
  }
}

test('a datagram end that was shut in another process tells nothing, and is no busy loop', async (t) => {
  needs('python3')
  const [a, b] = pair(t, 'dgram')
  const waiting = a.recv()
  report('shut-reading.py', [a])
  await rejects(t, a.recv({ timeout: 0 }), 'ETIMEDOUT')
  const before = process.cpuUsage()
  await rejects(t, a.recv({ timeout: 500 }), 'ETIMEDOUT')
  const { user, system } = process.cpuUsage(before)
  t.true(user + system < 150_000, `${user + system} µs of CPU in half a second`)
  await rejects(t, b.send('x'), 'EPIPE')
  a.close()
  await rejects(t, waiting, 'ECANCELED')
})
