// Descriptors that go with a channel's values: each to its own.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { Channel, Socket, type StreamSocket, socketpair, stats } from 'socketpair'
import { channels, extendedFrame, frame } from './helpers/channels.ts'
import { patterned } from './helpers/bytes.ts'
import { rejects } from './helpers/failures.ts'
import { pair } from './helpers/pairs.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'
import { warnings as warningsOf } from './helpers/warnings.ts'

/** Files that can be told apart, closed when the test is over. */
function files(t: { teardown(done: () => void): void }): number[] {
  const fds = ['/etc/passwd', '/etc/group', '/dev/null', '/dev/zero'].map((path) =>
    openSync(path, 'r'),
  )
  t.teardown(() => {
    for (const fd of fds) closeSync(fd)
  })
  return fds
}

const inode = (fd: number) => fstatSync(fd).ino

for (const type of ['stream', 'seqpacket', 'dgram'] as const) {
  test(`descriptors come with the value that they were sent with, over ${type}`, async (t) => {
    const fds = files(t)
    const [a, b] = await channels(t, type)
    // Plain values before and behind, so that reads bring several at once.
    const plan: [string | Buffer, number[]][] = []
    for (let n = 0; n < 40; n++) {
      const list = n % 3 === 0 ? [] : fds.slice(0, (n % 4) + 1)
      plan.push([n % 7 === 6 ? patterned(100_000, n) : `value ${n}`, list])
    }
    const sending = Promise.all(
      plan.map(([value, list]) => a.send(value, list.length > 0 ? { fds: list } : undefined)),
    )
    for (const [value, list] of plan) {
      const message = await b.recvMessage()
      t.true(Buffer.from(value as string).equals(message?.value as Buffer))
      t.false(message?.fdsTruncated)
      t.deepEqual(
        message?.fds.map(({ fd }) => inode(fd)),
        list.map(inode),
      )
      for (const received of message?.fds ?? []) received.close()
    }
    await sending
  })

  test(`recv and recvMany close descriptors that nobody asked for, over ${type}`, async (t) => {
    const fds = files(t)
    const [a, b] = await channels(t, type)
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    await a.send('one', { fds })
    await a.send('two')
    await a.send('three', { fds })
    t.is(String(await b.recv()), 'one')
    t.is(((await warned) as { code?: string }).code, 'SOCKETPAIR_FD_DROPPED')
    const rest: string[] = []
    while (rest.length < 2) rest.push(...((await b.recvMany()) as Buffer[]).map(String))
    t.deepEqual(rest, ['two', 'three'])
    await a.send('four', { fds: [fds[0] as number] })
    const message = await b.recvMessage()
    t.is(message?.fds.length, 1)
    message?.fds[0]?.close()
  })

  test(`a bad descriptor is refused, and nothing is sent, over ${type}`, async (t) => {
    const [a, b] = await channels(t, type)
    const error = await rejects(t, a.send('x', { fds: [0, 9999] }), 'EBADF')
    t.is(error['index'], 1)
    await rejects(t, a.send('x', { fds: Array.from({ length: 254 }, () => 0) }), 'EINVAL')
    await a.send('next')
    t.is(String(await b.recv()), 'next')
  })

  test(`descriptors of a send that waits may be closed by their owner, over ${type}`, async (t) => {
    const [a, b] = await channels(t, type, { highWaterMark: 30_000 })
    let taken = 0
    while (a.trySend(patterned(20_000))) taken++
    const fd = openSync('/etc/passwd', 'r')
    const wanted = inode(fd)
    const sends = [a.send('small', { fds: [fd] }), a.send(patterned(50_000), { fds: [fd] })]
    closeSync(fd)
    for (let n = 0; n < taken; n++) await b.recv()
    for (let n = 0; n < 2; n++) {
      const message = await b.recvMessage()
      t.is(inode(message?.fds[0]?.fd as number), wanted)
      message?.fds[0]?.close()
    }
    await Promise.all(sends)
  })

  test(`a send with descriptors that is given up lets them go, over ${type}`, async (t) => {
    const fds = files(t)
    const [a] = await channels(t, type, { highWaterMark: 30_000 })
    while (a.trySend(patterned(20_000)));
    await rejects(t, a.send('x', { fds, timeout: 1 }), 'ETIMEDOUT')
    await rejects(t, a.send(patterned(40_000), { fds, timeout: 0 }), 'ETIMEDOUT')
  })
}

test('descriptors that nobody received are closed with the channel', async (t) => {
  const fds = files(t)
  const [a, b] = await channels(t, 'stream')
  await a.send('one')
  await a.send('two', { fds })
  await a.flush()
  t.is(String(await b.recv()), 'one')
  await b.close()
})

test('a socket can be sent and used at the other side', async (t) => {
  const [a, b] = await channels(t, 'stream', { codec: 'json' })
  const [mine, theirs] = socketpair()
  await a.send({ take: 'this' }, { fds: [theirs] })
  theirs.close()
  const message = await b.recvMessage()
  const socket = message?.fds[0]?.toSocket() as StreamSocket
  await mine.write('hello')
  t.is(String(await socket.readChunk()), 'hello')
  mine.close()
  socket.close()
})

test('descriptors that the header tells of and that did not come are truncated', async (t) => {
  const [a, b] = pair(t, 'stream')
  const channel = new Channel(a)
  await b.write(extendedFrame('x', { descriptors: 2 }))
  const message = await channel.recvMessage()
  t.deepEqual(message?.fds, [])
  t.true(message?.fdsTruncated)
})

test('an end that accepts none says that they were truncated', async (t) => {
  const fds = files(t)
  const [a, b] = await channels(t, 'stream')
  ;(b.socket as Socket).acceptDescriptors = false
  try {
    await a.send('x', { fds })
  } catch (error) {
    // Where the system refuses them to the sender.
    t.is((error as { code: string }).code, 'EPERM')
    return
  }
  const message = await b.recvMessage()
  t.deepEqual(message?.fds, [])
  t.true(message?.fdsTruncated)
})

test('descriptors with a plain frame are nobody’s: they are closed, and the next value is right', async (t) => {
  const fds = files(t)
  const [a, b] = pair(t, 'stream')
  const channel = new Channel(a)
  let warnings = 0
  const count = () => warnings++
  process.on('warning', count)
  await b.write(frame('plain'), { fds })
  await b.write(extendedFrame('mine', { descriptors: 1 }), { fds: fds.slice(3) })
  const first = await channel.recvMessage()
  t.deepEqual([String(first?.value), first?.fds], ['plain', []])
  const second = await channel.recvMessage()
  t.is(String(second?.value), 'mine')
  t.deepEqual(
    second?.fds.map(({ fd }) => inode(fd)),
    [inode(fds[3] as number)],
  )
  second?.fds[0]?.close()
  await until(() => warnings > 0)
  process.off('warning', count)
})

test('descriptors are refused over a Duplex, and the channel goes on', async (t) => {
  const [a, b] = await channels(t, 'duplex')
  await rejects(t, a.send('x', { fds: [0] }), 'ERR_INVALID_ARG_VALUE')
  await a.send('next', { fds: [] })
  t.is(String(await b.recv()), 'next')
})

test('what a descriptor stands for can be read', async (t) => {
  const [a, b] = await channels(t, 'seqpacket')
  const fd = openSync('/etc/passwd', 'r')
  await a.send('read this', { fds: [fd] })
  closeSync(fd)
  const message = await b.recvMessage()
  t.is(readSync(message?.fds[0]?.fd as number, Buffer.alloc(4)), 4)
  message?.fds[0]?.close()
})

for (const type of ['stream', 'seqpacket', 'dgram'] as const) {
  test(`a channel over ${type} leaves no pidfd behind where its socket is asked for them`, async (t) => {
    const warned = [
      warningsOf(t, 'SOCKETPAIR_FD_DROPPED'),
      warningsOf(t, 'SOCKETPAIR_FD_UNCLAIMED'),
    ] as const
    const [mine, theirs] = pair(t, type)
    const [a, b] = [new Channel(mine), new Channel(theirs)]
    try {
      theirs.passPidfd = true
    } catch (error) {
      // Linux before 6.5, or another system.
      t.is((error as NodeJS.ErrnoException).code, 'ENOPROTOOPT')
      return
    }
    const before = stats().receivedFds
    for (let n = 0; n < 20; n++) {
      await a.send(`value ${n}`, n % 4 === 0 ? { fds: [0] } : undefined)
      if (n % 4 === 0) {
        const message = await b.recvMessage()
        t.is(message?.fds.length, 1)
        for (const received of message?.fds ?? []) received.close()
      } else t.is(String(await b.recv()), `value ${n}`)
      t.is(stats().receivedFds, before)
    }
    t.deepEqual(warned, [[], []])
  })
}
