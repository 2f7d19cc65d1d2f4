// Received descriptors whose number somebody closed behind our back: whoever has it now is not touched.
import { closeSync, openSync } from 'node:fs'
import { type AnySocket, type ReceivedFd, Socket } from 'socketpair'
import { collectUntil } from './helpers/collect.ts'
import { isOpen, openDescriptors } from './helpers/descriptors.ts'
import { rejects, throws } from './helpers/failures.ts'
import { put, take } from './helpers/io.ts'
import { closeAfter, pair } from './helpers/pairs.ts'
import { fileOf, pass, receive } from './helpers/passing.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

/** Receives what it is given, always over the same pair: a number that was closed is the next to be used. */
function carrier(t: ExecutionContext): (fd: number) => Promise<ReceivedFd> {
  const [a, b] = pair(t, 'seqpacket')
  return async (fd) => {
    await pass(a, 'x', [fd])
    const [first] = (await receive(t, b)).fds
    if (first === undefined) throw new Error('nothing was received')
    return first
  }
}

/** Opens a file that gets exactly that number. */
function occupy(t: ExecutionContext, fd: number): number {
  const stranger = openSync('/dev/null', 'r')
  t.is(stranger, fd)
  t.teardown(() => closeSync(stranger))
  return stranger
}

/** A descriptor of which ours can be told. */
function openRoot(t: ExecutionContext): number {
  const fd = openSync('/', 'r')
  t.teardown(() => closeSync(fd))
  return fd
}

/** What would use the number, and what it must say. */
const USES: Record<string, (t: ExecutionContext, given: ReceivedFd) => unknown> = {
  close: (t, given) => {
    given.close()
    t.is(given.fd, -1)
  },
  dispose: (_t, given) => given[Symbol.dispose](),
  take: (t, given) => throws(t, () => given.take(), 'EBADF'),
  toSocket: (t, given) => throws(t, () => given.toSocket(), 'EBADF'),
  toFileHandle: (t, given) => rejects(t, given.toFileHandle(), 'EBADF'),
}

for (const [name, use] of Object.entries(USES)) {
  test(`${name} of a received descriptor whose number is a stranger's by now leaves the stranger alone`, async (t) => {
    const received = carrier(t)
    const given = await received(openRoot(t))
    const { fd } = given
    closeSync(fd)
    const stranger = occupy(t, fd)
    const file = fileOf(stranger)
    await use(t, given)
    t.true(isOpen(stranger))
    t.is(fileOf(stranger), file)
    given.close()
    t.true(isOpen(stranger))
  })

  test(`${name} of a received descriptor whose number is nobody's by now harms nothing`, async (t) => {
    const received = carrier(t)
    const given = await received(openRoot(t))
    closeSync(given.fd)
    const before = openDescriptors()
    await use(t, given)
    given.close()
    t.deepEqual(openDescriptors(), before)
  })

  test(`${name} of a received descriptor whose number is another received one's leaves that alone, though they are the same file`, async (t) => {
    const root = openRoot(t)
    const received = carrier(t)
    const given = await received(root)
    const { fd } = given
    closeSync(fd)
    const other = await received(root)
    t.is(other.fd, fd)
    await use(t, given)
    given.close()
    t.false(other.closed)
    t.is(fileOf(other.fd), fileOf(root))
    t.is(other.take(), fd)
    closeSync(fd)
  })
}

test('collecting received descriptors whose numbers are strangers by now closes none of these', async (t) => {
  const root = openRoot(t)
  let dropped: WeakRef<ReceivedFd>[] = []
  const strangers = await (async () => {
    const [a, b] = pair(t, 'seqpacket')
    await pass(
      a,
      'x',
      Array.from({ length: 20 }, () => root),
    )
    const fds = (await b.recv())?.fds ?? []
    dropped = fds.map((fd) => new WeakRef(fd))
    const numbers = fds.map(({ fd }) => fd)
    for (const fd of numbers) closeSync(fd)
    return numbers.map((fd) => occupy(t, fd))
  })()
  t.is(strangers.length, 20)
  t.true(await collectUntil(() => dropped.every((each) => each.deref() === undefined)))
  t.true(strangers.every(isOpen))
})

test('a received end whose number a Socket adopted meanwhile leaves it to the Socket', async (t) => {
  const [kept, sent] = pair(t, 'stream')
  const received = carrier(t)
  const given = await received(sent.fd)
  const { fd } = given
  closeSync(fd)
  const other = await received(sent.fd)
  t.is(other.fd, fd)
  // The same number, the same socket: only who owns it tells them apart.
  const socket = other.toSocket()
  closeAfter(t, socket)
  throws(t, () => given.toSocket(), 'EBADF')
  given.close()
  t.true(isOpen(fd))
  sent.close()
  await put(kept, 'question')
  t.is(await take(socket as AnySocket), 'question')
  throws(t, () => Socket.fromFd(fd), 'EEXIST')
})

test('descriptors of a message that nobody looked at are strangers by now, and stay', async (t) => {
  const root = openRoot(t)
  const [a, b] = pair(t, 'seqpacket')
  await pass(a, 'x', [root])
  const before = openDescriptors()
  const info = await b.recvInto(Buffer.alloc(4))
  const [fd] = openDescriptors()
    .filter((entry) => !before.includes(entry))
    .map((entry) => Number(entry.split(' ')[0]))
  closeSync(fd as number)
  const stranger = occupy(t, fd as number)
  const [given] = info?.fds ?? []
  t.is(given?.fd, fd)
  given?.close()
  t.true(isOpen(stranger))
})
