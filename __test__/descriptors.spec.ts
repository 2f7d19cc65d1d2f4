// Descriptors that travel with data: what is sent is what arrives, and what can't be sent sends nothing.
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, Socket as NodeSocket } from 'node:net'
import { once } from 'node:events'
import type { Passable } from 'socketpair'
import { flagsOf, openDescriptors } from './helpers/descriptors.ts'
import { rejects } from './helpers/failures.ts'
import { put, tryTake } from './helpers/io.ts'
import { pair, TYPES } from './helpers/pairs.ts'
import { fileOf, pass, receive, receiveBy, waysOf } from './helpers/passing.ts'
import { pipe, pipes, readNow } from './helpers/pipes.ts'
import { temporaryFile } from './helpers/temporary.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const MOST = 253
/** What the system says to somebody who names a process that is not there. */
const REFUSED = process.getuid?.() === 0 ? 'ESRCH' : 'EPERM'
const times = <T>(count: number, of: T): T[] => Array.from({ length: count }, () => of)

const handleOf = (of: object) => Reflect.get(of, '_handle') as { fd: number }

function openFile(t: ExecutionContext, content: string): number {
  const fd = openSync(temporaryFile(t, content), 'r')
  t.teardown(() => closeSync(fd))
  return fd
}

for (const type of TYPES) {
  test(`K52 a descriptor sent over a ${type} pair is the same open file under a new number`, async (t) => {
    const [a, b] = pair(t, type)
    const file = openFile(t, 'abcdef')
    readSync(file, Buffer.alloc(2))
    t.is(await pass(a, 'x', [file]), 1)
    const { text, fds, fdsTruncated } = await receive(t, b)
    t.is(text, 'x')
    t.is(fds.length, 1)
    t.false(fdsTruncated)
    const fd = fds[0]?.fd as number
    t.not(fd, file)
    t.is(fileOf(fd), fileOf(file))
    t.true(flagsOf(fd).closeOnExec)
    const buffer = Buffer.alloc(2)
    readSync(fd, buffer)
    t.is(buffer.toString(), 'cd', 'the offset is shared')
    readSync(file, buffer)
    t.is(buffer.toString(), 'ef')
  })

  test(`K52 the sender over a ${type} pair may close its copy as soon as it is sent`, async (t) => {
    const [a, b] = pair(t, type)
    const one = pipe(t)
    await pass(a, 'x', [one.writer])
    one.closeWriter()
    t.is(one.read(), undefined, 'the one in the queue keeps the pipe')
    const { fds } = await receive(t, b)
    t.is(fds.length, 1)
    t.is(one.read(), undefined)
    fds[0]?.close()
    t.is(one.read(), '')
  })

  for (const [name, way] of waysOf(type)) {
    test(`K53 ten pipes in one message of a ${type} pair all arrive in order: ${name}`, async (t) => {
      const [a, b] = pair(t, type)
      const ten = pipes(t, 10)
      await pass(
        a,
        'ten',
        ten.map(({ writer }) => writer),
      )
      const { text, fds, fdsTruncated } = await receiveBy(t, way, b)
      t.is(text, 'ten')
      t.false(fdsTruncated)
      t.deepEqual(
        fds.map(({ fd }) => fileOf(fd)),
        ten.map(({ writer }) => fileOf(writer)),
      )
      t.is(new Set(fds.map(({ fd }) => fd)).size, 10)
      t.true(fds.every(({ fd }) => flagsOf(fd).closeOnExec))
      for (const each of ten) each.closeWriter()
      for (const each of ten) t.is(each.read(), undefined)
      for (const each of fds) each.close()
      for (const each of ten) t.is(each.read(), '')
    })

    test(`data without descriptors over a ${type} pair says that there are none: ${name}`, async (t) => {
      const [a, b] = pair(t, type)
      await put(a, 'plain')
      const { text, fds, fdsTruncated, credentials, pidfd } = await receiveBy(t, way, b)
      t.is(text, 'plain')
      t.deepEqual([fds, fdsTruncated, credentials, pidfd], [[], false, undefined, undefined])
    })
  }

  test(`K53 ${MOST} descriptors go over a ${type} pair, one more is refused and nothing is sent`, async (t) => {
    const [a, b] = pair(t, type)
    const { writer } = pipe(t)
    const before = openDescriptors()
    for (const count of [MOST + 1, MOST + 200, 3000]) {
      await rejects(t, pass(a, 'x', times(count, writer)), 'EINVAL')
      t.is(tryTake(b), undefined)
    }
    t.deepEqual(openDescriptors(), before)
    t.is(a.bytesWritten, 0)
    await pass(a, 'x', times(MOST, writer))
    const { fds, fdsTruncated } = await receive(t, b)
    t.is(fds.length, MOST)
    t.false(fdsTruncated)
    t.true(fds.every(({ fd }) => fileOf(fd) === fileOf(writer)))
  })

  test(`K54 an entry that can't be passed over a ${type} pair is named, and nothing is sent`, async (t) => {
    const [a, b] = pair(t, type)
    const { reader, writer } = pipe(t)
    const [closed] = pair(t, type)
    closed.close()
    const handle = await open('/dev/null')
    await handle.close()
    await pass(a, 'x', [reader])
    const taken = (await receive(t, b)).fds[0] as Passable & { take(): number }
    closeSync(taken.take())
    const gone = openSync('/dev/null', 'r')
    closeSync(gone)
    const bad: [unknown, string][] = [
      ...[-1, gone, 2 ** 31 - 1, closed, handle, taken, { fd: -1 }, { fd: gone }].map(
        (entry): [unknown, string] => [entry, 'EBADF'],
      ),
      ...['3', null, undefined, true, 3n, {}, [], () => {}, { fd: '3' }, { fd: null }].map(
        (entry): [unknown, string] => [entry, 'ERR_INVALID_ARG_TYPE'],
      ),
    ]
    const before = openDescriptors()
    for (const [entry, code] of bad) {
      const fds = [reader, entry, writer] as Passable[]
      const error = await rejects(t, pass(a, 'x', fds), code)
      t.is(error['index'], 1, String(error))
      t.is(tryTake(b), undefined)
    }
    t.deepEqual(openDescriptors(), before)
    await pass(a, 'usable', [writer])
    t.is((await receive(t, b)).fds.length, 1)
  })

  test(`fds of a ${type} end must be a list`, async (t) => {
    const [a, b] = pair(t, type)
    const { writer } = pipe(t)
    for (const fds of [writer, 'x', null, {}, new Set([writer])]) {
      await rejects(t, pass(a, 'x', fds as never), 'ERR_INVALID_ARG_TYPE')
    }
    t.is(tryTake(b), undefined)
  })

  test(`K54 an empty list over a ${type} pair is plain data`, async (t) => {
    const [a, b] = pair(t, type)
    t.is(await pass(a, 'plain', []), 5)
    const { text, fds, fdsTruncated } = await receive(t, b)
    t.deepEqual([text, fds, fdsTruncated], ['plain', [], false])
  })

  test(`everything that has a descriptor can be sent over a ${type} pair, and stays the sender's`, async (t) => {
    const [a, b] = pair(t, type)
    const file = openFile(t, 'file')
    const [socket] = pair(t, 'seqpacket')
    const handle = await open('/dev/null')
    const server = createServer({ pauseOnConnect: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const [[connection]] = await Promise.all([once(server, 'connection'), once(client, 'connect')])
    await pass(a, 'x', [file])
    const received = (await receive(t, b)).fds[0]
    if (received === undefined) return t.fail('nothing was received')
    const forms: [Passable, number][] = [
      [file, file],
      [socket, socket.fd],
      [received, received.fd],
      [handle, handle.fd],
      [client, handleOf(client).fd],
      [server, handleOf(server).fd],
      [{ fd: file }, file],
    ]
    const before = openDescriptors()
    await pass(
      a,
      'x',
      forms.map(([form]) => form),
    )
    const { fds } = await receive(t, b)
    t.deepEqual(
      fds.map(({ fd }) => fileOf(fd)),
      forms.map(([, fd]) => fileOf(fd)),
    )
    for (const each of fds) each.close()
    t.deepEqual(openDescriptors(), before)
    await handle.close()
    client.destroy()
    connection.destroy()
    server.close()
    await Promise.all([once(server, 'close'), once(client, 'close')])
  })

  test(`a pipe that went over a ${type} pair carries bytes`, async (t) => {
    const [a, b] = pair(t, type)
    const { reader, writer } = pipe(t)
    await pass(a, 'x', [reader, writer])
    const [theirReader, theirWriter] = (await receive(t, b)).fds.map(({ fd }) => fd)
    writeSync(theirWriter as number, 'through')
    t.is(readNow(theirReader as number), 'through')
  })

  test(`a ${type} send that fails leaves no descriptor anywhere`, async (t) => {
    const [a, b] = pair(t, type)
    const one = pipe(t)
    const before = openDescriptors()
    if (type !== 'stream') {
      await rejects(t, pass(a, Buffer.alloc(a.sendBufferSize), [one.writer]), 'EMSGSIZE')
      t.is(tryTake(b), undefined)
    }
    await rejects(t, pass(a, 'x', [one.writer], { credentials: { pid: 2 ** 31 - 1 } }), REFUSED)
    t.is(tryTake(b), undefined)
    t.deepEqual(openDescriptors(), before)
    b.close()
    await rejects(t, pass(a, 'x', [one.writer]), type === 'dgram' ? 'ECONNREFUSED' : 'EPIPE')
    a.close()
    await rejects(t, pass(a, 'x', [one.writer]), 'EBADF')
    one.closeWriter()
    t.is(one.read(), '')
  })

  test(`entries of fds that do something when they are looked at harm nothing: ${type}`, async (t) => {
    const [a, b] = pair(t, type)
    const one = pipe(t)
    const before = openDescriptors()
    const throwing = {
      get fd(): number {
        throw new Error('planned')
      },
    }
    await t.throwsAsync(pass(a, 'x', [one.writer, throwing]), { message: 'planned' })
    t.is(tryTake(b), undefined)
    t.deepEqual(openDescriptors(), before)
    const closing = {
      get fd(): number {
        one.closeReader()
        return one.writer
      },
    }
    const error = await rejects(t, pass(a, 'x', [one.reader, closing]), 'EBADF')
    t.is(error['index'], 0)
    t.is(tryTake(b), undefined)
    const closingTheEnd = {
      get fd(): number {
        a.close()
        return one.writer
      },
    }
    await rejects(t, pass(a, 'x', [closingTheEnd]), 'EBADF')
  })

  test(`a net.Socket and a net.Server without a descriptor are refused by a ${type} end`, async (t) => {
    const [a, b] = pair(t, type)
    const { writer } = pipe(t)
    for (const entry of [new NodeSocket(), createServer()]) {
      const error = await rejects(t, pass(a, 'x', [writer, entry]), 'EBADF')
      t.is(error['index'], 1)
    }
    t.is(tryTake(b), undefined)
  })

  test(`an entry of fds is looked at before the call returns: ${type}`, async (t) => {
    const [a, b] = pair(t, type)
    const [one, other] = pipes(t, 2)
    if (one === undefined || other === undefined) return t.fail('no pipes')
    const fds: Passable[] = [one.writer]
    const sent = pass(a, 'x', fds)
    fds[0] = other.writer
    fds.push(other.reader)
    await sent
    const { fds: came } = await receive(t, b)
    t.deepEqual(
      came.map(({ fd }) => fileOf(fd)),
      [fileOf(one.writer)],
    )
  })
}
