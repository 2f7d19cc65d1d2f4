// A descriptor that somebody closed behind our back, whose number then stands for something else:
// nothing of the stranger is touched.
import { closeSync, openSync, readSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type AnySocket, Socket, socketpair } from 'socketpair'
import { flagsOf, inodeOf, isOpen, openDescriptors } from './helpers/descriptors.ts'
import { throws } from './helpers/failures.ts'
import { put, take, tryPut, tryTake } from './helpers/io.ts'
import { closeAfter, pair, TYPES } from './helpers/pairs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

/** A file of five bytes, open at its beginning. */
function openFile(): number {
  const name = path.join(tmpdir(), `socketpair-stranger-${process.pid}`)
  writeFileSync(name, 'abcde')
  const fd = openSync(name, 'r+')
  unlinkSync(name)
  return fd
}

/** Reads the file to its end: nobody may have moved its position or changed its bytes. */
function readFile(fd: number): string {
  const buffer = Buffer.alloc(8)
  return buffer.toString('latin1', 0, readSync(fd, buffer))
}

/** Closes `end`'s descriptor behind its back; what is opened next gets the number. */
function steal(end: AnySocket): number {
  const { fd } = end
  closeSync(fd)
  return fd
}

/** Everything about an end that asks or sets without moving bytes. */
const COLD: Record<string, (end: AnySocket) => unknown> = {
  sendBufferSize: (end) => end.sendBufferSize,
  'sendBufferSize =': (end) => (end.sendBufferSize = 5000),
  recvBufferSize: (end) => end.recvBufferSize,
  'recvBufferSize =': (end) => (end.recvBufferSize = 5000),
  readableLength: (end) => end.readableLength,
  nonBlocking: (end) => end.nonBlocking,
  'nonBlocking =': (end) => (end.nonBlocking = true),
  closeOnExec: (end) => end.closeOnExec,
  'closeOnExec =': (end) => (end.closeOnExec = false),
  peerCredentials: (end) => end.peerCredentials(),
  shutdown: (end) => end.shutdown('both'),
}

const LEAVES: readonly ((t: ExecutionContext, end: AnySocket) => unknown)[] = [
  (_t, end) => end.close(),
  (t, end) => throws(t, () => end.detach(), 'EBADF'),
]

for (const type of TYPES) {
  test(`3.1 j, ${type}: a file that has the number is neither read, written nor closed`, async (t) => {
    for (const waited of [false, true]) {
      const [a, b] = pair(t, type)
      if (waited) await Promise.all([take(a), put(b, 'registered')])
      const number = steal(a)
      const file = openFile()
      t.is(file, number)
      t.throws(() => tryTake(a))
      t.throws(() => tryPut(a, 'x'))
      await t.throwsAsync(take(a))
      await t.throwsAsync(put(a, 'x'))
      a.close()
      t.is(a.fd, -1)
      t.is(readFile(file), 'abcde')
      closeSync(file)
      // b's peer is really gone.
      if (type !== 'dgram') t.is(await take(b), null)
    }
  })

  test(`3.1 j, ${type}: nothing is asked of or set on a pair that has the number`, async (t) => {
    const [a] = pair(t, type)
    const number = steal(a)
    const [c, d] = pair(t, type)
    t.is(c.fd, number)
    const before = [flagsOf(number), c.sendBufferSize, c.recvBufferSize]
    for (const [name, call] of Object.entries(COLD)) {
      const error = throws(t, () => call(a), 'EBADF')
      t.truthy(error, name)
    }
    t.deepEqual([flagsOf(number), c.sendBufferSize, c.recvBufferSize], before)
    await put(c, 'unharmed')
    t.is(await take(d), 'unharmed')
  })

  test(`3.1 j, ${type}: closing or detaching leaves a pair that has the number alone`, async (t) => {
    for (const leave of LEAVES) {
      for (const waited of [false, true]) {
        const [a, b] = pair(t, type)
        if (waited) await Promise.all([take(a), put(b, 'registered')])
        const number = steal(a)
        const [c, d] = pair(t, type)
        t.is(c.fd, number)
        const waiting = take(c)
        leave(t, a)
        t.is(a.fd, -1)
        a.close()
        await put(d, 'still heard')
        t.is(await waiting, 'still heard')
        t.is(c.fd, number)
      }
    }
  })

  test(`3.1 j, ${type}: the number of a waiting end can be re-used by a pair, and its close hurts nobody`, async (t) => {
    const [a, b] = pair(t, type)
    const waiting = t.throwsAsync(take(a), { code: 'ECANCELED' })
    const number = steal(a)
    const [c, d] = pair(t, type)
    t.is(c.fd, number)
    const heard = take(c)
    a.close()
    await waiting
    await put(d, 'still heard')
    t.is(await heard, 'still heard')
    b.close()
  })

  test(`3.1 j, ${type}: the number can be adopted by its new owner, and the old one leaves it alone`, async (t) => {
    const [a] = pair(t, type)
    const number = steal(a)
    const [c, d] = socketpair(type as 'stream') as [AnySocket, AnySocket]
    t.is(c.fd, number)
    const adopted = Socket.fromFd(c.detach())
    closeAfter(t, adopted, d)
    t.is(adopted.fd, number)
    a.close()
    await put(adopted, 'through')
    t.is(await take(d), 'through')
    throws(t, () => Socket.fromFd(number), 'EEXIST')
  })

  test(`3.1 j, ${type}: a forgotten end whose number is a stranger's is collected without a trace`, async (t) => {
    const forgotten = forget(type)
    t.true(isOpen(forgotten.stranger))
    await until(() => {
      globalThis.gc?.()
      const open = openDescriptors().join('\n')
      return forgotten.sentinels.every((inode) => !open.includes(inode))
    })
    t.is(inodeOf(forgotten.stranger), forgotten.inode)
    closeSync(forgotten.stranger)
  })

  test(`3.1 j, ${type}: receiving takes nothing from a pair that has the number`, async (t) => {
    const [a] = pair(t, type)
    const number = steal(a)
    const [c, d] = pair(t, type)
    t.is(c.fd, number)
    await put(d, 'not for a')
    throws(t, () => tryTake(a), 'EBADF')
    t.is(await take(c), 'not for a')
  })

  test(`3.1 j, ${type}: sending puts nothing into a pair that has the number`, (t) => {
    const [a] = pair(t, type)
    const number = steal(a)
    const [c, d] = pair(t, type)
    t.is(c.fd, number)
    throws(t, () => tryPut(a, 'not for d'), 'EBADF')
    t.is(tryTake(d), undefined)
  })
}

/** Makes ends that nobody can reach, one of them with a stranger's number, the others to tell when. */
function forget(type: AnySocket['type']) {
  const made = Array.from({ length: 4 }, () => socketpair(type as 'stream'))
  const [stolen, ...others] = made.flat() as [AnySocket, ...AnySocket[]]
  const sentinels = others.map(({ fd }) => inodeOf(fd))
  closeSync(stolen.fd)
  const stranger = openSync('/dev/null', 'r')
  return { stranger, inode: inodeOf(stranger), sentinels }
}
