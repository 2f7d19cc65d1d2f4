// What toDuplex() does beyond net.Socket, or differently.
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Channel, socketpair, StreamSocket } from 'socketpair'
import { patterned, readAll } from './helpers/bytes.ts'
import { destroyAfter, duplexPair, eventsOf, textOf } from './helpers/duplexes.ts'
import { pair } from './helpers/pairs.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

test('it is a Duplex of node:stream, and the same one at each call', (t) => {
  const [a] = pair(t, 'stream')
  const duplex = a.toDuplex({ highWaterMark: 10 })
  t.true(duplex instanceof Duplex)
  t.is(a.toDuplex(), duplex)
  t.throws(() => a.toDuplex({}), { code: 'ERR_INVALID_STATE' })
  t.is(duplex.readableHighWaterMark, 10)
  t.is(duplex.writableHighWaterMark, 10)
  t.true(duplex.allowHalfOpen)
})

test('marks are set for each side, and options are checked', (t) => {
  const [a, b] = pair(t, 'stream')
  for (const [name, value] of Object.entries({
    highWaterMark: '1',
    readableHighWaterMark: {},
    writableHighWaterMark: null,
    allowHalfOpen: 1,
    signal: {},
  })) {
    t.throws(() => a.toDuplex({ [name]: value }), { code: 'ERR_INVALID_ARG_TYPE' }, name)
  }
  t.throws(() => a.toDuplex({ highWaterMark: -1 }), { code: 'ERR_OUT_OF_RANGE' })
  // @ts-expect-error no object
  t.throws(() => a.toDuplex(1), { code: 'ERR_INVALID_ARG_TYPE' })
  const duplex = a.toDuplex({ readableHighWaterMark: 1, writableHighWaterMark: 2 })
  t.is(duplex.readableHighWaterMark, 1)
  t.is(duplex.writableHighWaterMark, 2)
  t.is(b.toDuplex({ highWaterMark: undefined }).readableHighWaterMark > 1, true)
})

test('of a closed socket there is none, and of one that closes later the old one', (t) => {
  const [a, b] = pair(t, 'stream')
  const duplex = a.toDuplex()
  a.close()
  b.close()
  t.is(a.toDuplex(), duplex)
  t.throws(() => b.toDuplex(), { code: 'EBADF' })
})

test('destroying it closes the socket, and so do both sides having ended', async (t) => {
  const [a, b] = pair(t, 'stream')
  const [here, there] = [a.toDuplex(), b.toDuplex()]
  const atB = eventsOf(there)
  here.resume().end()
  there.resume().end()
  await until(() => atB.includes('close false'))
  t.true(b.closed)
  const [c] = pair(t, 'stream')
  c.toDuplex().destroy()
  t.true(c.closed)
})

test('an aborted signal destroys it with an AbortError', async (t) => {
  const [a] = pair(t, 'stream')
  const stop = new AbortController()
  const duplex = a.toDuplex({ signal: stop.signal })
  const failed = once(duplex, 'error')
  stop.abort()
  const [error] = (await failed) as [Error]
  t.is(error.name, 'AbortError')
  t.true(a.closed)
})

test('one that nobody reads leaves what came in the kernel', async (t) => {
  const [a, b] = pair(t, 'stream')
  a.toDuplex()
  await b.write('still there')
  await sleep(5)
  t.is(a.readableLength, 11)
})

test('what others asked for first comes to them', async (t) => {
  const [a, b] = pair(t, 'stream')
  const first = readAll(a, 3)
  const rest = once(a.toDuplex(), 'data')
  await b.write('abcdef')
  t.is(String(await first), 'abc')
  t.is(String((await rest)[0]), 'def')
})

test('a write() of the socket that waits goes first', async (t) => {
  const [a, b] = pair(t, 'stream')
  const [one, two] = [patterned(1_000_000, 1), patterned(10, 2)]
  const written = a.write(one)
  a.toDuplex().end(two)
  t.true((await readAll(b, one.length)).equals(one))
  t.true((await readAll(b, two.length)).equals(two))
  await written
})

test('errors are those of the socket', async (t) => {
  const [a, b] = pair(t, 'stream')
  const duplex = a.toDuplex()
  b.close()
  const failed = once(duplex, 'error')
  duplex.write('x')
  const [error] = (await failed) as [NodeJS.ErrnoException]
  t.like(error, { code: 'EPIPE', syscall: 'sendmsg', message: 'EPIPE: broken pipe, sendmsg' })
  t.true((error.errno as number) < 0)
})

test('a peer that goes with our bytes unread is ECONNRESET', async (t) => {
  const [a, b] = pair(t, 'stream')
  const duplex = a.toDuplex()
  const closed = new Promise((resolve) => duplex.once('close', resolve))
  duplex.write('unread')
  const failed = once(duplex, 'error')
  b.close()
  duplex.resume()
  const [error] = (await failed) as [NodeJS.ErrnoException]
  t.like(error, { code: 'ECONNRESET', syscall: 'recvmsg' })
  t.true(await closed)
})

test('the socket closed underneath destroys a reader without an error and without an end', async (t) => {
  for (const close of [(s: StreamSocket) => s.close(), (s: StreamSocket) => s.detach()]) {
    const [a, b] = socketpair()
    const duplex = a.toDuplex().resume()
    const events = eventsOf(duplex)
    const done = finished(duplex)
    const before = a.fd
    close(a)
    await t.throwsAsync(done, { code: 'ERR_STREAM_PREMATURE_CLOSE' })
    t.deepEqual(events, ['close false'])
    if (close.toString().includes('detach')) StreamSocket.fromFd(before).close()
    b.close()
  }
})

test('the socket closed underneath with writes pending is ECANCELED: something is lost', async (t) => {
  const [a] = pair(t, 'stream')
  const duplex = a.toDuplex().resume()
  const failed = once(duplex, 'error')
  duplex.write(Buffer.alloc(2_000_000))
  await sleep(5)
  a.close()
  const [error] = (await failed) as [NodeJS.ErrnoException]
  t.is(error.code, 'ECANCELED')
})

test('writes that destroy() cuts off are told so, all in the same way', async (t) => {
  const [a] = duplexPair(t)
  const told: unknown[] = []
  const tell = (error?: Error | null) => told.push((error as NodeJS.ErrnoException)?.code)
  a.write(Buffer.alloc(2_000_000), tell)
  a.write('more', tell)
  await sleep(5)
  a.destroy()
  await until(() => told.length === 2)
  t.deepEqual(told, ['ERR_STREAM_DESTROYED', 'ERR_STREAM_DESTROYED'])
})

test('corked writes go with one system call, and wake the peer once', async (t) => {
  const [socket, other] = pair(t, 'stream')
  const [a, b] = destroyAfter(t, [socket.toDuplex(), other.toDuplex()])
  const chunks: string[] = []
  b.on('data', (chunk: Buffer) => chunks.push(String(chunk)))
  a.cork()
  for (let index = 0; index < 3000; index++) a.write(`${index} `)
  a.write('end')
  t.is(socket.bytesWritten, 0)
  a.uncork()
  // More pieces than the system takes at once: a part is one call all the same.
  t.true(socket.bytesWritten > 0)
  await until(() => chunks.at(-1)?.endsWith('end') === true)
  t.is(chunks.join(''), `${Array.from({ length: 3000 }, (_, index) => `${index} `).join('')}end`)
})

test('a small chunk does not keep a large piece of memory alive', async (t) => {
  const [a, b] = duplexPair(t)
  const came: Buffer[] = []
  b.on('data', (chunk: Buffer) => came.push(chunk))
  for (let round = 0; round < 5; round++) {
    a.write('small')
    await until(() => came.length === round + 1)
  }
  // Node's own pool holds them, of a size that changes from version to version.
  const most = Math.max(16 * 1024, Buffer.poolSize)
  for (const chunk of came) t.true(chunk.buffer.byteLength <= most)
  const large = patterned(60_000)
  a.write(large)
  await until(() => came.slice(5).reduce((sum, { length }) => sum + length, 0) === large.length)
  t.true(Buffer.concat(came.slice(5)).equals(large))
})

test('chunks stay as they were when more has come', async (t) => {
  const [a, b] = duplexPair(t)
  const sent = patterned(5_000_000)
  a.end(sent)
  const came: Buffer[] = []
  b.on('data', (chunk: Buffer) => came.push(chunk))
  await once(b, 'end')
  t.true(Buffer.concat(came).equals(sent))
})

test('a flood leaves the event loop its turns', async (t) => {
  const [a, b] = duplexPair(t)
  let turns = 0
  const turn = setInterval(() => turns++, 1)
  t.teardown(() => clearInterval(turn))
  const block = Buffer.alloc(64 * 1024)
  const more = () => {
    while (!a.destroyed && a.write(block));
  }
  a.on('drain', more)
  let bytes = 0
  b.on('data', (chunk: Buffer) => (bytes += chunk.length))
  more()
  await until(() => turns >= 5 && bytes > 10_000_000)
  t.pass()
})

test('a Channel talks over it', async (t) => {
  const [a, b] = duplexPair(t)
  const [one, other] = [new Channel(a, { codec: 'json' }), new Channel(b, { codec: 'json' })]
  await one.send({ question: 1 })
  t.deepEqual(await other.recv(), { question: 1 })
  await Promise.all([one.close(), other.close()])
})

test('ref() and unref() are those of the socket', async (t) => {
  const [a, b] = duplexPair(t)
  t.is(a.unref(), a)
  t.is(a.ref(), a)
  b.end('x')
  t.is(await textOf(a), 'x')
})

test('bytesWritten counts what was written before, and what the kernel has not taken yet', async (t) => {
  const [a, b] = pair(t, 'stream')
  await a.write('before')
  const duplex = a.toDuplex()
  t.is(duplex.bytesWritten, 6)
  duplex.write(Buffer.alloc(2_000_000))
  duplex.write('ž')
  t.is(duplex.bytesWritten, 2_000_008)
  t.true(a.bytesWritten < 2_000_000)
  await readAll(b, 2_000_008)
  await until(() => a.bytesWritten === 2_000_008)
  t.is(duplex.bytesWritten, 2_000_008)
  t.is(duplex.bytesRead, 0)
})
