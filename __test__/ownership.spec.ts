// Closing, giving up and taking over descriptors.
import { closeSync, openSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket as NodeSocket } from 'node:net'
import { once } from 'node:events'
import { type AnySocket, Socket, StreamSocket } from 'socketpair'
import { inodeOf, isOpen } from './helpers/descriptors.ts'
import { rejects, throws } from './helpers/failures.ts'
import { fill, put, take, tryPut, tryTake } from './helpers/io.ts'
import { closeAfter, pair, TYPES } from './helpers/pairs.ts'
import { report } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

/** Everything that a closed end refuses at once, by name. */
function throwing(end: AnySocket): Record<string, () => unknown> {
  return {
    sendBufferSize: () => end.sendBufferSize,
    'sendBufferSize =': () => (end.sendBufferSize = 4096),
    recvBufferSize: () => end.recvBufferSize,
    'recvBufferSize =': () => (end.recvBufferSize = 4096),
    readableLength: () => end.readableLength,
    nonBlocking: () => end.nonBlocking,
    'nonBlocking =': () => (end.nonBlocking = true),
    closeOnExec: () => end.closeOnExec,
    'closeOnExec =': () => (end.closeOnExec = false),
    peerCredentials: () => end.peerCredentials(),
    shutdown: () => end.shutdown('both'),
    detach: () => end.detach(),
    receive: () => tryTake(end),
    send: () => tryPut(end, 'x'),
    'send nothing': () => tryPut(end, ''),
  }
}

/** Every operation, with arguments that would settle at once on an open end. */
function operations(end: AnySocket): Promise<unknown>[] {
  const buffer = Buffer.alloc(4)
  if (end instanceof StreamSocket) {
    return [
      end.read(buffer),
      end.read(new Uint8Array(0)),
      end.read(buffer, { timeout: 0 }),
      end.readv([buffer]),
      end.readv([]),
      end.readExactly(buffer),
      end.readExactly(new Uint8Array(0)),
      end.readChunk(),
      end.write('x'),
      end.write(''),
      end.write('x', { timeout: 0 }),
      end.writev(['x']),
      end.writev([]),
      end[Symbol.asyncIterator]().next(),
    ]
  }
  return [
    end.recv(),
    end.recv({ peek: true }),
    end.recvInto(buffer),
    end.send('x'),
    end.send(''),
    end.sendv(['x']),
    end.sendv([]),
    end.sendMany([buffer]),
    end.sendMany([]),
    end[Symbol.asyncIterator]().next(),
  ]
}

const LEAVE: Record<string, (end: AnySocket) => void> = {
  closed: (end) => end.close(),
  detached: (end) => closeSync(end.detach()),
}

for (const type of TYPES) {
  for (const [how, leave] of Object.entries(LEAVE)) {
    test(`a ${type} end that is ${how} refuses everything with EBADF`, async (t) => {
      const [a, b] = pair(t, type)
      await put(a, 'sent')
      await put(b, 'received')
      await take(a)
      leave(a)
      for (const call of Object.values(throwing(a))) throws(t, call, 'EBADF')
      for (const operation of operations(a)) await rejects(t, operation, 'EBADF')
      t.is(a.fd, -1)
      t.true(a.closed)
      t.is(a.type, type)
      t.deepEqual([a.bytesWritten, a.bytesRead], [4, 8])
    })

    test(`a ${type} end that is ${how} can be closed again, and nothing happens`, (t) => {
      const [a, b] = pair(t, type)
      const { fd } = a
      leave(a)
      const stranger = openSync('/dev/null', 'r')
      t.is(stranger, fd)
      for (let round = 0; round < 3; round++) a.close()
      a[Symbol.dispose]()
      t.true(isOpen(stranger))
      t.is(b.closed, false)
      closeSync(stranger)
    })

    test(`operations of a ${type} end that is ${how} meanwhile reject with ECANCELED`, async (t) => {
      const [a, b] = pair(t, type)
      const queued = fill(a, 'x'.repeat(1024))
      t.true(queued > 0)
      const pending = [...Array.from({ length: 3 }, () => take(a)), put(a, 'y'), put(a, 'z')]
      leave(a)
      for (const operation of pending) await rejects(t, operation, 'ECANCELED')
      // Nothing of them was done.
      let seen = ''
      for (let piece = tryTake(b); piece; piece = tryTake(b)) seen += piece
      t.regex(seen, /^x+$/)
      t.is(a.bytesWritten, seen.length)
    })
  }

  test(`dispose closes a ${type} end`, async (t) => {
    const [a, b] = pair(t, type)
    const descriptors = [a.fd, b.fd]
    a[Symbol.dispose]()
    await b[Symbol.asyncDispose]()
    t.true(a.closed && b.closed)
    t.false(descriptors.some(isOpen))
  })

  test(`detach gives a ${type} end's descriptor up, open and as it was`, async (t) => {
    const [a, b] = pair(t, type)
    const { fd } = a
    const inode = inodeOf(fd)
    t.is(a.detach(), fd)
    t.is(inodeOf(fd), inode)
    const again = Socket.fromFd(fd)
    closeAfter(t, again)
    t.is(again.fd, fd)
    t.is(again.constructor, a.constructor)
    t.deepEqual([again.bytesRead, again.bytesWritten], [0, 0])
    await put(again, 'through')
    t.is(await take(b), 'through')
    a.close()
    await put(b, 'back')
    t.is(await take(again), 'back')
  })

  test(`a ${type} end that waited can be detached, adopted and wait again`, async (t) => {
    const [a, b] = pair(t, type)
    let end: AnySocket = a
    for (let round = 0; round < 5; round++) {
      const waiting = take(end)
      const canceled = rejects(t, waiting, 'ECANCELED')
      end = Socket.fromFd(end.detach())
      closeAfter(t, end)
      await canceled
      const received = take(end)
      await put(b, `round ${round}`)
      t.is(await received, `round ${round}`)
    }
  })

  test(`the descriptor of a ${type} end that a Socket owns is not adopted`, async (t) => {
    const [a, b] = pair(t, type)
    throws(t, () => Socket.fromFd(a.fd), 'EEXIST')
    const again = Socket.fromFd(a.detach())
    closeAfter(t, again)
    throws(t, () => Socket.fromFd(again.fd), 'EEXIST')
    await put(again, 'unharmed')
    t.is(await take(b), 'unharmed')
  })
}

test('fromFd refuses what is no socket of the three types, and leaves it open', (t) => {
  const file = openSync('/dev/null', 'r')
  throws(t, () => Socket.fromFd(file), 'ENOTSOCK')
  t.true(isOpen(file))
  closeSync(file)
  throws(t, () => Socket.fromFd(file), 'EBADF')
  throws(t, () => Socket.fromFd(2 ** 31 - 1), 'EBADF')
})

test('a TCP connection is adopted by its type', async (t) => {
  // Paused, so that Node's own reading never starts on the descriptor.
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [connection] = (await once(server, 'connection')) as [NodeSocket]
  const { fd } = Reflect.get(connection, '_handle') as { fd: number }
  const adopted = Socket.fromFd(fd) as StreamSocket
  t.true(adopted instanceof StreamSocket)
  t.is(adopted.fd, fd)
  const buffer = Buffer.alloc(8)
  const waiting = adopted.readExactly(buffer)
  client.end('over TCP')
  await waiting
  t.is(buffer.toString(), 'over TCP')
  t.is(await adopted.read(buffer), 0)
  await adopted.write('and back')
  adopted.shutdown('write')
  t.is(String((await client.toArray())[0]), 'and back')
  t.is(adopted.detach(), fd)
  connection.destroy()
  server.close()
  await once(server, 'close')
})

test('a pair that another process left to this one keeps its flags and its type when it is adopted', (t) => {
  for (const type of TYPES) {
    const [a] = pair(t, type, { nonBlocking: true, closeOnExec: false })
    const adopted = Socket.fromFd(a.detach())
    closeAfter(t, adopted)
    t.is(adopted.type, type)
    t.true(adopted.nonBlocking)
    t.false(adopted.closeOnExec)
  }
})

test('K60 the credentials of both ends are those of the process that made the pair', (t) => {
  const mine = { pid: process.pid, uid: process.geteuid?.(), gid: process.getegid?.() }
  for (const type of TYPES) {
    const [a, b] = pair(t, type)
    t.deepEqual(a.peerCredentials() as typeof mine, mine)
    t.deepEqual(b.peerCredentials() as typeof mine, mine)
    t.deepEqual(report('credentials.py', [a, b]), [mine, mine])
    b.close()
    t.deepEqual(a.peerCredentials() as typeof mine, mine)
  }
})
