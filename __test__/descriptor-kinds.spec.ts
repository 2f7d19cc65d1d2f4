// Descriptors of every sort: each arrives, and does there what it is for.
import { once } from 'node:events'
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { type AddressInfo, connect, createServer, Socket as NodeSocket } from 'node:net'
import path from 'node:path'
import { type AnySocket, type SocketType, socketpair } from 'socketpair'
import { put, take } from './helpers/io.ts'
import { closeAfter, pair, TYPES } from './helpers/pairs.ts'
import { fileOf, pass, receive } from './helpers/passing.ts'
import { pipe } from './helpers/pipes.ts'
import { start } from './helpers/programs.ts'
import { temporaryDirectory, temporaryFile } from './helpers/temporary.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const O_PATH = 0o10_000_000

/** Sends a descriptor over a new pair and gives its number at the other side, which is closed at the end. */
async function through(t: ExecutionContext, type: SocketType, fd: number): Promise<number> {
  const [a, b] = pair(t, type)
  await pass(a, 'x', [fd])
  const { fds } = await receive(t, b)
  t.is(fds.length, 1)
  t.not(fds[0]?.fd, fd)
  return fds[0]?.fd as number
}

for (const type of TYPES) {
  test(`a file goes over a ${type} pair with its offset, for reading and writing`, async (t) => {
    const name = temporaryFile(t, '0123456789')
    const mine = openSync(name, 'r+')
    t.teardown(() => closeSync(mine))
    writeSync(mine, 'ab')
    const theirs = await through(t, type, mine)
    writeSync(theirs, 'cd')
    writeSync(mine, 'ef')
    t.is(readFileSync(name, 'utf8'), 'abcdef6789')
    const buffer = Buffer.alloc(2)
    readSync(theirs, buffer)
    t.is(buffer.toString(), '67')
    readSync(mine, buffer)
    t.is(buffer.toString(), '89')
  })

  test(`a directory goes over a ${type} pair`, async (t) => {
    const folder = temporaryDirectory(t)
    writeFileSync(path.join(folder, 'inside'), '')
    const mine = openSync(folder, 'r')
    const theirs = await through(t, type, mine)
    closeSync(mine)
    t.deepEqual(readdirSync(`/proc/self/fd/${theirs}`), ['inside'])
    t.throws(() => readSync(theirs, Buffer.alloc(1)), { code: 'EISDIR' })
  })

  test(`a path without access goes over a ${type} pair, and stays one`, async (t) => {
    const mine = openSync(temporaryFile(t, 'content'), O_PATH)
    const theirs = await through(t, type, mine)
    closeSync(mine)
    t.throws(() => readSync(theirs, Buffer.alloc(1)), { code: 'EBADF' })
    t.is(readFileSync(`/proc/self/fd/${theirs}`, 'utf8'), 'content')
  })

  test(`a listening TCP server goes over a ${type} pair, and is served by who receives it`, async (t) => {
    const [a, b] = pair(t, type)
    const first = createServer(() => t.fail('the one who sent it answers'))
    first.listen(0, '127.0.0.1')
    await once(first, 'listening')
    const { port } = first.address() as AddressInfo
    await pass(a, 'x', [first])
    first.close()
    await once(first, 'close')
    const { fds } = await receive(t, b)
    const second = createServer((connection) => connection.end('served'))
    second.listen({ fd: fds[0]?.take() as number })
    await once(second, 'listening')
    const client = connect(port, '127.0.0.1')
    t.is(String((await client.toArray())[0]), 'served')
    second.close()
    await once(second, 'close')
  })

  test(`a TCP connection goes over a ${type} pair, and is spoken to by who receives it`, async (t) => {
    const [a, b] = pair(t, type)
    const server = createServer({ pauseOnConnect: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const [connection] = (await once(server, 'connection')) as [NodeSocket]
    await pass(a, 'x', [connection])
    connection.destroy()
    await once(connection, 'close')
    const { fds } = await receive(t, b)
    const theirs = new NodeSocket({ fd: fds[0]?.take() as number, readable: true, writable: true })
    client.write('question')
    t.is(String((await once(theirs, 'data'))[0]), 'question')
    theirs.end('answer')
    t.is(String((await once(client, 'data'))[0]), 'answer')
    client.end()
    await once(theirs, 'close')
    server.close()
    await once(server, 'close')
  })

  test(`a TCP connection that came over a ${type} pair can be a Socket of this package`, async (t) => {
    const [a, b] = pair(t, type)
    const server = createServer({ pauseOnConnect: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const [connection] = (await once(server, 'connection')) as [NodeSocket]
    await pass(a, 'x', [connection])
    connection.destroy()
    const theirs = (await receive(t, b)).fds[0]?.toSocket() as AnySocket
    closeAfter(t, theirs)
    client.write('question')
    t.is(await take(theirs), 'question')
    await put(theirs, 'answer')
    t.is(String((await once(client, 'data'))[0]), 'answer')
    client.destroy()
    server.close()
    await once(server, 'close')
  })

  test(`sealed memory goes over ${type} pairs from one program through this one to another`, async (t) => {
    const [fromMaker, maker] = pair(t, type)
    const made = start(t, 'sealed-memory.py', [maker], ['make', 'shared content'])
    const { fds } = await receive(t, fromMaker)
    t.is(fds.length, 1)
    await made.result()
    t.is(readFileSync(`/proc/self/fd/${fds[0]?.fd}`, 'utf8'), 'shared content')
    const [toMapper, mapper] = pair(t, type)
    const mapped = start(t, 'sealed-memory.py', [mapper], ['map'])
    await pass(toMapper, 'x', fds)
    for (const fd of fds) fd.close()
    t.deepEqual(await mapped.result(), {
      content: 'shared content',
      seals: ['SEAL', 'SHRINK', 'GROW', 'WRITE'],
      'mapped for writing': 'EPERM',
      written: 'EPERM',
      grown: 'EPERM',
    })
  })

  test(`an epoll descriptor goes over ${type} pairs, and still watches`, async (t) => {
    const [fromMaker, maker] = pair(t, type)
    const one = pipe(t)
    const made = start(t, 'watcher.py', [maker], ['make'])
    await pass(fromMaker, 'watch', [one.reader])
    const { fds } = await receive(t, fromMaker)
    await made.result()
    const [toUser, user] = pair(t, type)
    const used = start(t, 'watcher.py', [user], ['use'])
    await pass(toUser, 'x', fds)
    for (const fd of fds) fd.close()
    t.is(await take(toUser), 'quiet')
    one.write('x')
    await put(toUser, 'look')
    t.deepEqual(await used.result(), { before: 0, after: 1 })
  })

  test(`the other end of a ${type} pair can be sent to itself`, async (t) => {
    const [a, b] = pair(t, type)
    await pass(a, 'you', [b])
    const { fds } = await receive(t, b)
    t.is(fileOf(fds[0]?.fd as number), fileOf(b.fd))
    b.close()
    const again = fds[0]?.toSocket() as AnySocket
    closeAfter(t, again)
    await put(a, 'still there')
    t.is(await take(again), 'still there')
    await put(again, 'so am I')
    t.is(await take(a), 'so am I')
  })

  test(`an end of a ${type} pair can send itself`, async (t) => {
    const [a, b] = pair(t, type)
    await pass(a, 'me', [a])
    a.close()
    const { fds } = await receive(t, b)
    const again = fds[0]?.toSocket() as AnySocket
    closeAfter(t, again)
    await put(b, 'are you there')
    t.is(await take(again), 'are you there')
    await put(again, 'yes')
    t.is(await take(b), 'yes')
  })

  test(`twelve ${type} pairs, each on its way in the next, arrive`, async (t) => {
    const one = pipe(t)
    let outermost: AnySocket | undefined
    for (let depth = 1; depth <= 12; depth++) {
      const [a, b] = socketpair(type as 'stream') as unknown as [AnySocket, AnySocket]
      closeAfter(t, a, b)
      await pass(a, `depth ${depth}`, [outermost ?? one.writer])
      outermost?.close()
      outermost = b
    }
    one.closeWriter()
    t.is(one.read(), undefined)
    for (let depth = 12; depth > 1; depth--) {
      const { text, fds } = await receive(t, outermost as AnySocket)
      t.is(text, `depth ${depth}`)
      outermost?.close()
      outermost = fds[0]?.toSocket() as AnySocket
      closeAfter(t, outermost)
    }
    const { text, fds } = await receive(t, outermost as AnySocket)
    t.is(text, 'depth 1')
    writeSync(fds[0]?.fd as number, 'from the depth')
    t.is(one.read(), 'from the depth')
    fds[0]?.close()
    t.is(one.read(), '')
  })
}
