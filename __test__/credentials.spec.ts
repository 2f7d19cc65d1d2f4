// Who sent what: SCM_CREDENTIALS and SCM_PIDFD with each message, and SO_PEERCRED of the pair.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { getgid, getuid } from 'node:process'
import { type AnySocket, type SeqpacketSocket, Socket, StreamSocket } from 'socketpair'
import { rejects, throws } from './helpers/failures.ts'
import { put, take } from './helpers/io.ts'
import { needs } from './helpers/needs.ts'
import { closeAfter, pair, TYPES } from './helpers/pairs.ts'
import { fileOf, pass, receive, receiveBy, waysOf } from './helpers/passing.ts'
import { pipe } from './helpers/pipes.ts'
import { report, start } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

const mine = { pid: process.pid, uid: getuid?.(), gid: getgid?.() }
/** What the system says of a sender that it did not write down. */
const UNKNOWN = { pid: 0, uid: 65_534, gid: 65_534 }

/** The process that a pidfd stands for; -1 when it has ended. */
function pidOf(fd: number): number {
  const [, pid] = /^Pid:\s*(-?\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? []
  return Number(pid)
}

for (const type of TYPES) {
  for (const [name, way] of waysOf(type)) {
    test(`K60 a ${type} message carries its sender's credentials where they are asked for: ${name}`, async (t) => {
      const [a, b] = pair(t, type)
      t.false(b.passCredentials)
      await put(a, 'before')
      b.passCredentials = true
      t.true(b.passCredentials)
      t.false(a.passCredentials)
      const before = await receiveBy(t, way, b)
      t.deepEqual([before.text, before.credentials], ['before', UNKNOWN])
      await put(a, 'after')
      const after = await receiveBy(t, way, b)
      t.deepEqual([after.text, after.credentials], ['after', mine])
      t.deepEqual([after.fds, after.fdsTruncated, after.pidfd], [[], false, undefined])
      b.passCredentials = false
      await put(a, 'off')
      const off = await receiveBy(t, way, b)
      t.deepEqual([off.text, off.credentials], ['off', undefined])
      t.false('credentials' in off.info)
    })

    test(`K60 credentials and descriptors come together over a ${type} pair: ${name}`, async (t) => {
      const [a, b] = pair(t, type, { passCredentials: true })
      t.deepEqual([a.passCredentials, b.passCredentials], [true, true])
      const { writer } = pipe(t)
      for (const count of [1, 10, 253]) {
        await pass(
          a,
          'x',
          Array.from({ length: count }, () => writer),
        )
        const { fds, fdsTruncated, credentials } = await receiveBy(t, way, b)
        t.deepEqual([fds.length, fdsTruncated, credentials], [count, false, mine])
        t.true(fds.every(({ fd }) => fileOf(fd) === fileOf(writer)))
        for (const fd of fds) fd.close()
      }
    })
  }

  test(`a ${type} message carries a descriptor of its sender where it is asked for`, async (t) => {
    const [a, b] = pair(t, type)
    t.false(b.passPidfd)
    const probe = report('can-set.py', [], ['PASSPIDFD'])
    if (probe !== true) {
      throws(t, () => (b.passPidfd = true), 'ENOPROTOOPT')
      return
    }
    b.passPidfd = true
    t.deepEqual([a.passPidfd, b.passPidfd], [false, true])
    await put(a, 'mine')
    const own = await receive(t, b)
    t.is(pidOf(own.pidfd?.fd as number), process.pid)
    t.deepEqual([own.fds, own.credentials], [[], undefined])

    b.passCredentials = true
    const { writer } = pipe(t)
    const { child, result } = start(t, 'says-and-waits.py', [a], ['from a child'])
    const theirs = await receive(t, b)
    t.is(theirs.text, 'from a child')
    t.is(theirs.credentials?.pid, child.pid)
    t.is(pidOf(theirs.pidfd?.fd as number), child.pid as number)
    // Sent on, it lets another program end the first one.
    const [toKiller, killer] = pair(t, type)
    const ended = once(child, 'exit')
    const failed = t.throwsAsync(result())
    const { result: killed } = start(t, 'kill-by-pidfd.py', [killer])
    await pass(toKiller, 'x', [theirs.pidfd as never, writer])
    t.is(await killed(), 2)
    t.deepEqual(await ended, [null, 'SIGUSR1'])
    await failed
    t.is(pidOf(theirs.pidfd?.fd as number), -1)
  })

  test(`explicit credentials go with a ${type} message, and what is left out is the truth`, async (t) => {
    const [a, b] = pair(t, type, { passCredentials: true })
    for (const credentials of [{}, { pid: process.pid }, mine as { pid: number }]) {
      await pass(a, 'x', [], { credentials })
      t.deepEqual((await receive(t, b)).credentials as object, mine)
    }
    const { writer } = pipe(t)
    await pass(a, 'x', [writer, writer], { credentials: {} })
    const { fds, credentials } = await receive(t, b)
    t.deepEqual([fds.length, credentials], [2, mine])
  })

  test(`explicit credentials must be numbers the system can take: ${type}`, async (t) => {
    const [a, b] = pair(t, type, { passCredentials: true })
    for (const key of ['pid', 'uid', 'gid']) {
      for (const value of ['1', null, true, {}, 1n]) {
        const credentials = { [key]: value as number }
        await rejects(t, pass(a, 'x', [], { credentials }), 'ERR_INVALID_ARG_TYPE')
      }
      for (const value of [-1, 1.5, Number.NaN, 2 ** 32]) {
        await rejects(t, pass(a, 'x', [], { credentials: { [key]: value } }), 'ERR_OUT_OF_RANGE')
      }
    }
    for (const credentials of ['x', 1, null]) {
      await rejects(
        t,
        pass(a, 'x', [], { credentials: credentials as never }),
        'ERR_INVALID_ARG_TYPE',
      )
    }
    const missing = { credentials: { pid: 2 ** 31 - 1 } }
    const code = mine.uid === 0 ? 'ESRCH' : 'EPERM'
    await rejects(t, pass(a, 'x', [], missing), code)
    await put(a, 'usable')
    t.is((await receive(t, b)).text, 'usable')
  })

  if (mine.uid === 0) {
    test(`root names any living process, user and group over a ${type} pair`, async (t) => {
      const [a, b] = pair(t, type, { passCredentials: true })
      const [waits] = pair(t, 'stream')
      const { child } = start(t, 'says-and-waits.py', [waits], ['x'])
      for (const credentials of [
        { pid: child.pid as number, uid: 1234, gid: 4321 },
        { pid: 1, uid: 0, gid: 0 },
        { uid: 4_000_000_000 },
      ]) {
        await pass(a, 'x', [], { credentials })
        t.deepEqual((await receive(t, b)).credentials as object, { ...mine, ...credentials })
      }
    })

    test(`a user without privileges names only itself over a ${type} pair`, (t) => {
      needs('prlimit')
      t.deepEqual(report('credentials-as-nobody.ts', [], [type]), {
        'another process': 'EPERM',
        'another user': 'EPERM',
        'another group': 'EPERM',
        'a missing process': 'EPERM',
        itself: 'sent',
        came: ['itself'],
        'came from': { uid: 65_534, gid: 65_534, me: true },
        'too many on their way': 'ETOOMANYREFS',
        afterwards: 'afterwards',
      })
    })
  }

  test(`two programs that write to one ${type} end are told apart`, async (t) => {
    needs('python3')
    const [reader, writer] = pair(t, type)
    reader.passCredentials = true
    // Two duplicates of one end, by sending it.
    const [a, b] = pair(t, 'seqpacket')
    await pass(a, 'x', [writer, writer])
    const ends = (await receive(t, b)).fds.map((fd) => fd.toSocket())
    const names = ['one;', 'two;']
    const children = ends.map((end, index) =>
      start(t, 'says-often.py', [end], [names[index] as string, '300']),
    )
    writer.close()
    const expected = new Map(children.map(({ child }, index) => [child.pid, names[index]]))
    const heard = new Map<number, string>()
    let length = 0
    while (length < 2 * 300 * 4) {
      const { text, credentials } = await receive(t, reader)
      const pid = credentials?.pid as number
      const name = expected.get(pid) as string
      t.true(name !== undefined)
      // Nothing of the other's is glued to it.
      if (text !== name) t.is(text.replaceAll(name, ''), '')
      heard.set(pid, (heard.get(pid) ?? '') + text)
      length += text.length
    }
    for (const [pid, name] of expected) t.is(heard.get(pid as number), name?.repeat(300))
    for (const { result } of children) await result()
  })

  test(`K60 peerCredentials of a ${type} end names who made the pair, wherever it goes`, async (t) => {
    const [a, b] = pair(t, type)
    const { child, result } = start(t, 'makes-a-pair.py', [b], [type])
    const { fds } = await receive(t, a)
    const theirs = fds[0]?.toSocket() as AnySocket
    closeAfter(t, theirs)
    const made = { ...mine, pid: child.pid as number }
    t.deepEqual(theirs.peerCredentials() as object, made)
    await put(theirs, 'seen')
    // Of our pair the child sees us, of its own itself.
    t.deepEqual(await result(), { ours: process.pid, theirs: child.pid })
    t.deepEqual(theirs.peerCredentials() as object, made, 'also when the peer is gone')
    t.deepEqual(a.peerCredentials() as object, mine)
  })

  test(`the wish for credentials survives detach() of a ${type} end, and so does its absence`, async (t) => {
    for (const wish of [true, false]) {
      const [a, b] = pair(t, type)
      b.passCredentials = wish
      const { credentials } = await receive(t, (await put(a, 'x'), b))
      t.deepEqual(credentials, wish ? mine : undefined)
      t.deepEqual(report('asks-for.py', [b]) as object, { PASSCRED: seen(b, wish) })
      const fd = b.detach()
      const again = Socket.fromFd(fd)
      closeAfter(t, again)
      t.is(again.passCredentials, wish)
      t.deepEqual(report('asks-for.py', [again]), { PASSCRED: Number(wish) })
      await put(a, 'x')
      t.deepEqual((await receive(t, again)).credentials, wish ? mine : undefined)
    }
  })

  test(`passCredentials and passPidfd of a ${type} end take booleans, and nothing once it is closed`, (t) => {
    const [a] = pair(t, type)
    for (const wrong of [1, 'true', null, undefined, {}]) {
      throws(t, () => (a.passCredentials = wrong as boolean), 'ERR_INVALID_ARG_TYPE')
      throws(t, () => (a.passPidfd = wrong as boolean), 'ERR_INVALID_ARG_TYPE')
    }
    a.close()
    throws(t, () => a.passCredentials, 'EBADF')
    throws(t, () => (a.passCredentials = true), 'EBADF')
    throws(t, () => a.passPidfd, 'EBADF')
    throws(t, () => (a.passPidfd = true), 'EBADF')
  })
}

/** What the system has been asked for: of a seqpacket end that receives the package may ask by itself. */
function seen(end: AnySocket, wish: boolean): number {
  if (end.type !== 'seqpacket' || wish) return Number(wish)
  return (report('asks-for.py', [end]) as { PASSCRED: number }).PASSCRED
}

for (const [name, way] of waysOf('seqpacket')) {
  test(`asking for credentials, and not, leaves an empty seqpacket message told from the end: ${name}`, async (t) => {
    const [a, b] = pair(t, 'seqpacket') as [SeqpacketSocket, SeqpacketSocket]
    for (const wish of [true, false, true, true, false, false]) {
      // Sent before and after the change.
      await a.send('')
      b.passCredentials = wish
      await a.send('')
      for (let count = 0; count < 2; count++) {
        const { text, credentials } = await receiveBy(t, way, b)
        t.is(text, '')
        t.is(credentials !== undefined, wish)
      }
    }
    await a.send('')
    b.passCredentials = true
    b.passCredentials = false
    a.close()
    t.is((await receiveBy(t, way, b)).text, '')
    t.is(await way(b), null)
    b.passCredentials = true
    t.is(await way(b), null)
  })
}

test('plain reads of a stream that asks for credentials read the bytes, and warn of nothing', async (t) => {
  const heard: Error[] = []
  const listener = (warning: Error) => heard.push(warning)
  process.on('warning', listener)
  t.teardown(() => void process.off('warning', listener))
  const [a, b] = pair(t, 'stream', { passCredentials: true })
  t.true(b instanceof StreamSocket)
  for (let round = 0; round < 3; round++) {
    await a.write('plain')
    t.is(await take(b), 'plain')
  }
  t.deepEqual(heard, [])
})
