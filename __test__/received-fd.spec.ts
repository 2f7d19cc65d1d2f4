// Who owns a received descriptor, and what it can become.
import { closeSync, createReadStream, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { text as textOf } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { DatagramSocket, ReceivedFd, SeqpacketSocket, Socket, StreamSocket } from 'socketpair'
import { flagsOf, inodeOf, isOpen, openDescriptors } from './helpers/descriptors.ts'
import { rejects, throws } from './helpers/failures.ts'
import { put, take } from './helpers/io.ts'
import { closeAfter, pair, TYPES } from './helpers/pairs.ts'
import { fileOf, pass, receive } from './helpers/passing.ts'
import { pipe } from './helpers/pipes.ts'
import { temporaryFile } from './helpers/temporary.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const CLASSES = { stream: StreamSocket, dgram: DatagramSocket, seqpacket: SeqpacketSocket }

/** What is received when `fd` is sent. */
async function received(t: ExecutionContext, fd: number): Promise<ReceivedFd> {
  const [a, b] = pair(t, 'seqpacket')
  await pass(a, 'x', [fd])
  const [first] = (await receive(t, b)).fds
  if (first === undefined) throw new Error('nothing was received')
  return first
}

function openFile(t: ExecutionContext, content: string, flags = 'r'): number {
  const fd = openSync(temporaryFile(t, content), flags)
  t.teardown(() => closeSync(fd))
  return fd
}

test('a received descriptor has a number, and is open until it is closed', async (t) => {
  const one = pipe(t)
  const given = await received(t, one.writer)
  t.true(given instanceof ReceivedFd)
  const { fd } = given
  t.true(fd > 2 && isOpen(fd))
  t.false(given.closed)
  one.closeWriter()
  given.close()
  t.is(one.read(), '')
  t.is(given.fd, -1)
  t.true(given.closed)
})

test('closing a received descriptor twice closes nobody else', async (t) => {
  for (const again of ['close', 'dispose', 'take'] as const) {
    const given = await received(t, openFile(t, ''))
    const { fd } = given
    given.close()
    const stranger = openSync('/dev/null', 'r')
    t.is(stranger, fd)
    if (again === 'close') given.close()
    else if (again === 'dispose') given[Symbol.dispose]()
    else throws(t, () => given.take(), 'EBADF')
    t.true(isOpen(stranger))
    closeSync(stranger)
  }
})

test('take gives the number up once: the caller closes it', async (t) => {
  const file = openFile(t, '')
  const given = await received(t, file)
  const { fd } = given
  t.is(given.take(), fd)
  t.is(given.fd, -1)
  t.true(given.closed)
  throws(t, () => given.take(), 'EBADF')
  throws(t, () => given.toSocket(), 'EBADF')
  await rejects(t, given.toFileHandle(), 'EBADF')
  given.close()
  given[Symbol.dispose]()
  t.is(fileOf(fd), fileOf(file))
  closeSync(fd)
})

test('dispose closes a received descriptor', async (t) => {
  const given = await received(t, openFile(t, ''))
  const { fd } = given
  given[Symbol.dispose]()
  t.false(isOpen(fd))
  t.true(given.closed)
})

test('a ReceivedFd is not made with new', (t) => {
  const illegal = ReceivedFd as unknown as new (fd: number) => ReceivedFd
  t.throws(() => new illegal(0), { code: 'ERR_ILLEGAL_CONSTRUCTOR' })
})

for (const type of TYPES) {
  test(`a received ${type} end becomes a Socket of its class, the same descriptor`, async (t) => {
    const [kept, sent] = pair(t, type)
    const given = await received(t, sent.fd)
    sent.close()
    const { fd } = given
    const inode = inodeOf(fd)
    const socket = given.toSocket()
    closeAfter(t, socket)
    t.true(socket instanceof CLASSES[type])
    t.is(socket.fd, fd)
    t.is(inodeOf(socket.fd), inode)
    t.true(socket.closeOnExec)
    t.is(given.fd, -1)
    t.true(given.closed)
    throws(t, () => given.toSocket(), 'EBADF')
    given.close()
    await put(kept, 'question')
    t.is(await take(socket), 'question')
    await put(socket, 'answer')
    t.is(await take(kept), 'answer')
  })

  test(`a received ${type} end has an owner: fromFd of its number is refused until it is taken`, async (t) => {
    const [kept, sent] = pair(t, type)
    const given = await received(t, sent.fd)
    sent.close()
    throws(t, () => Socket.fromFd(given.fd), 'EEXIST')
    t.false(given.closed)
    const socket = Socket.fromFd(given.take())
    closeAfter(t, socket)
    await put(kept, 'question')
    t.is(await take(socket), 'question')
  })
}

test('what is no socket does not become one, and stays a received descriptor', async (t) => {
  const given = await received(t, openFile(t, 'content'))
  const { fd } = given
  throws(t, () => given.toSocket(), 'ENOTSOCK')
  t.is(given.fd, fd)
  t.false(given.closed)
  const buffer = Buffer.alloc(7)
  readSync(given.fd, buffer)
  t.is(buffer.toString(), 'content')
  given.close()
  t.false(isOpen(fd))
})

test('a received file becomes a FileHandle over the same open file', async (t) => {
  const file = openFile(t, '0123456789', 'r+')
  const given = await received(t, file)
  readSync(file, Buffer.alloc(2))
  const handle = await given.toFileHandle()
  t.true(given.closed)
  t.is(given.fd, -1)
  given.close()
  t.is(fileOf(handle.fd), fileOf(file))
  t.true(flagsOf(handle.fd).closeOnExec)
  const buffer = Buffer.alloc(2)
  await handle.read(buffer, 0, 2, null)
  t.is(buffer.toString(), '23')
  readSync(file, buffer)
  t.is(buffer.toString(), '45', 'the offset is shared')
  await handle.write('ab', null)
  readSync(file, buffer)
  t.is(buffer.toString(), '89')
  t.is((await handle.stat()).ino, fstatSync(file).ino)
  const { fd } = handle
  await handle.close()
  t.false(isOpen(fd))
  t.is(readFileSync(`/proc/self/fd/${file}`, 'utf8'), '012345ab89')
})

test('a received directory becomes a FileHandle too', async (t) => {
  const directory = openSync('/', 'r')
  const given = await received(t, directory)
  closeSync(directory)
  const handle = await given.toFileHandle()
  t.true((await handle.stat()).isDirectory())
  await handle.close()
})

test('a FileHandle made of a received pipe reads and writes it', async (t) => {
  const one = pipe(t)
  const given = await received(t, one.writer)
  one.closeWriter()
  const handle = await given.toFileHandle()
  await handle.write('through')
  t.is(one.read(), 'through')
  await handle.close()
  t.is(one.read(), '')
})

test('a received descriptor becomes one FileHandle only, and none once it was closed meanwhile', async (t) => {
  const twice = await received(t, openFile(t, ''))
  const outcomes = await Promise.allSettled([twice.toFileHandle(), twice.toFileHandle()])
  const handles = outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled' ? [outcome.value] : [],
  )
  t.is(handles.length, 1)
  t.true((await handles[0]?.stat())?.isFile())
  await handles[0]?.close()
  const closed = await received(t, openFile(t, ''))
  const before = openDescriptors()
  const late = closed.toFileHandle()
  const { fd } = closed
  closed.close()
  await rejects(t, late, 'EBADF')
  t.is(openDescriptors().length, before.length - 1)
  t.false(isOpen(fd))
})

test('a taken number can be read by a stream, which closes it', async (t) => {
  const given = await received(t, openFile(t, 'through a stream'))
  const { fd } = given
  t.is(await textOf(createReadStream('', { fd: given.take() })), 'through a stream')
  t.false(isOpen(fd))
})

test('a received descriptor can be sent on, and stays', async (t) => {
  const one = pipe(t)
  const given = await received(t, one.writer)
  const [a, b] = pair(t, 'stream')
  await pass(a, 'x', [given])
  t.false(given.closed)
  const [again] = (await receive(t, b)).fds
  t.is(fileOf(again?.fd as number), fileOf(given.fd))
})

test('inspecting a received descriptor shows its number', async (t) => {
  const given = await received(t, openFile(t, ''))
  t.is(inspect(given), `ReceivedFd { fd: ${given.fd} }`)
  given.close()
  t.is(inspect(given), 'ReceivedFd { fd: -1 }')
})
