// What the package tells about itself: events of node:diagnostics_channel, traces, and counts.

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { openSync, closeSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import {
  type DiagnosticsMessages,
  receive,
  relay,
  Socket,
  socketpair,
  stats,
  transfer,
} from 'socketpair'
import { collectUntil } from './helpers/collect.ts'
import { runProgram } from './helpers/endings.ts'
import { put, take } from './helpers/io.ts'
import { pair, TYPES } from './helpers/pairs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

/** The messages of a channel, from now to the end of the test. */
function messagesOf<Name extends keyof DiagnosticsMessages>(
  t: ExecutionContext,
  name: Name,
): DiagnosticsMessages[Name][] {
  const seen: DiagnosticsMessages[Name][] = []
  const listener = (message: unknown) => {
    seen.push(message as DiagnosticsMessages[Name])
  }
  subscribe(name, listener)
  t.teardown(() => {
    unsubscribe(name, listener)
  })
  return seen
}

for (const type of TYPES) {
  test(`the ends of a ${type} pair tell when they come and how they go`, async (t) => {
    const opens = messagesOf(t, 'socketpair:open')
    const closes = messagesOf(t, 'socketpair:close')
    const [a, b] = pair(t, type)
    const fds = [a.fd, b.fd]
    t.deepEqual(
      opens.map(({ fd, type: told }) => [fd, told]),
      fds.map((fd) => [fd, type]),
    )
    t.is(opens[0]?.socket, a)
    t.is(opens[1]?.socket, b)
    t.not(opens[0]?.id, opens[1]?.id)
    await put(a, 'four')
    await take(b)
    a.close()
    a.close()
    t.deepEqual(closes, [
      { id: opens[0]?.id, fd: fds[0], type, reason: 'close', bytesRead: 0, bytesWritten: 4 },
    ])
    const number = b.detach()
    t.like(closes[1], { id: opens[1]?.id, fd: fds[1], reason: 'detach', bytesRead: 4 })
    const adopted = Socket.fromFd(number)
    t.is(opens[2]?.socket, adopted)
    const token = transfer(adopted)
    t.is(closes[2]?.reason, 'transfer')
    const again = receive(token)
    t.is(opens[3]?.socket, again)
    again.close()
    t.is(closes.length, 4)
  })

  test(`an operation of a ${type} end that fails is told, once, with its error`, async (t) => {
    const errors = messagesOf(t, 'socketpair:error')
    const [a, b] = pair(t, type)
    const { fd } = a
    // One that waits, and one that is refused at once.
    const late = await t.throwsAsync(() =>
      type === 'stream'
        ? (a as unknown as { read: Read }).read(Buffer.alloc(1), { timeout: 5 })
        : (a as unknown as { recv: Recv }).recv({ timeout: 5 }),
    )
    b.close()
    const refused = await t.throwsAsync(() => put(a, 'x'))
    t.deepEqual(
      errors.map(({ fd: told, error }) => [told, error]),
      [
        [fd, late],
        [fd, refused],
      ],
    )
  })

  test(`what is no failure of a ${type} end is not told as one`, async (t) => {
    const errors = messagesOf(t, 'socketpair:error')
    const [a] = pair(t, type)
    const reading = take(a)
    await t.throwsAsync(() => put(a, 5 as unknown as string))
    a.close()
    await t.throwsAsync(reading, { code: 'ECANCELED' })
    await t.throwsAsync(() => put(a, 'x'), { code: 'EBADF' })
    t.deepEqual(errors, [])
  })

  test(`a ${type} end that is collected says so`, async (t) => {
    const closes = messagesOf(t, 'socketpair:close')
    const fds = (() => socketpair(type).map((end) => end.fd))()
    t.true(await collectUntil(() => closes.length === 2))
    t.deepEqual(
      closes.map(({ fd, reason }) => [fd, reason]).toSorted(),
      fds.map((fd) => [fd, 'collect']).toSorted(),
    )
  })
}

type Read = (buffer: Buffer, options: { timeout: number }) => Promise<number>
type Recv = (options: { timeout: number }) => Promise<unknown>

test('an aborted operation is not told as a failure', async (t) => {
  const errors = messagesOf(t, 'socketpair:error')
  const [a] = pair(t, 'stream')
  const controller = new AbortController()
  const reading = a.read(Buffer.alloc(1), { signal: controller.signal })
  controller.abort(new Error('no more'))
  await t.throwsAsync(reading, { message: 'no more' })
  t.deepEqual(errors, [])
})

test('a relay that fails is told as a failure of its first end', async (t) => {
  const errors = messagesOf(t, 'socketpair:error')
  const [a, b] = pair(t, 'dgram')
  const [c, d] = pair(t, 'dgram')
  const { fd } = b
  const relayed = relay(b, c)
  d.close()
  await a.send('x')
  const error = await t.throwsAsync(relayed)
  // The rest that was taken and not delivered is a send of the other end, which fails too.
  t.is(errors[0]?.fd, fd)
  t.is(errors[0]?.error, error)
})

test('received descriptors that nobody takes are told, with their number', async (t) => {
  const told = messagesOf(t, 'socketpair:fd-unclaimed')
  const [a, b] = pair(t, 'seqpacket')
  const file = openSync('/dev/null', 'r')
  await a.send('x', { fds: [file, file] })
  closeSync(file)
  await (async () => {
    t.is((await b.recv())?.fds.length, 2)
  })()
  const count = () => told.reduce((sum, message) => sum + message.count, 0)
  t.true(await collectUntil(() => count() === 2))
})

test('a subscriber that throws disturbs neither the operation nor other subscribers', async (t) => {
  const bangs: unknown[] = []
  const caught = (error: unknown) => {
    bangs.push(error)
  }
  const before = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', caught)
  const bang = new Error('bang')
  const throwing = () => {
    throw bang
  }
  const names = ['socketpair:open', 'socketpair:close', 'socketpair:error'] as const
  for (const name of names) subscribe(name, throwing)
  t.teardown(() => {
    for (const name of names) unsubscribe(name, throwing)
    process.off('uncaughtException', caught)
    for (const listener of before) process.on('uncaughtException', listener)
  })
  const closes = messagesOf(t, 'socketpair:close')
  const [a, b] = pair(t, 'stream')
  const reading = a.read(Buffer.alloc(4))
  await b.write('four')
  t.is(await reading, 4)
  b.close()
  await t.throwsAsync(a.write('x'), { code: 'EPIPE' })
  a.close()
  await until(() => bangs.length === 5)
  t.deepEqual(bangs, [bang, bang, bang, bang, bang])
  t.is(closes.length, 2)
})

function closeIt(message: unknown): void {
  const { socket } = message as DiagnosticsMessages['socketpair:open']
  socket.close()
}

test('a subscriber may close the end that it is told of', async (t) => {
  subscribe('socketpair:open', closeIt)
  t.teardown(() => {
    unsubscribe('socketpair:open', closeIt)
  })
  const [a, b] = socketpair()
  unsubscribe('socketpair:open', closeIt)
  t.true(a.closed)
  t.true(b.closed)
  await t.throwsAsync(a.read(Buffer.alloc(1)), { code: 'EBADF' })
})

test('stats() counts open ends, also on their way to another thread', (t) => {
  const before = stats().openEnds
  const [a, b] = socketpair()
  t.is(stats().openEnds, before + 2)
  const token = transfer(a)
  t.is(stats().openEnds, before + 2)
  const here = receive(token)
  t.is(stats().openEnds, before + 2)
  here.close()
  t.is(stats().openEnds, before + 1)
  b.close()
  t.is(stats().openEnds, before)
})

test('stats() counts received descriptors until they are taken or closed', async (t) => {
  const before = stats().receivedFds
  const [a, b] = pair(t, 'dgram')
  const file = openSync('/dev/null', 'r')
  await a.send('x', { fds: [file, file] })
  closeSync(file)
  const { fds } = (await b.recv()) ?? { fds: [] }
  t.is(stats().receivedFds, before + 2)
  fds[0]?.close()
  t.is(stats().receivedFds, before + 1)
  closeSync(fds[1]?.take() ?? -1)
  t.is(stats().receivedFds, before)
})

test('stats() counts pending operations however they end', async (t) => {
  t.is(stats().pendingOperations, 0)
  const [a, b] = pair(t, 'stream')
  const controller = new AbortController()
  const { signal } = controller
  const ended = [
    a.read(Buffer.alloc(1)),
    a.read(Buffer.alloc(1), { signal }),
    a.read(Buffer.alloc(1), { timeout: 5 }),
    a.readExactly(Buffer.alloc(1)),
    b.read(Buffer.alloc(1)),
  ].map((promise) => promise.catch(() => {}))
  t.is(stats().pendingOperations, 5)
  controller.abort()
  t.is(stats().pendingOperations, 4)
  await ended[2]
  t.is(stats().pendingOperations, 3)
  await b.write('x')
  await ended[0]
  t.is(stats().pendingOperations, 2)
  a.close()
  b.close()
  t.is(stats().pendingOperations, 0)
  await Promise.all(ended)
})

test('stats() counts wakes in batches, and nothing for what needs no wait', async (t) => {
  const pairs = Array.from({ length: 8 }, () => pair(t, 'stream', { busyPoll: false }))
  const before = stats()
  for (const [a, b] of pairs) {
    await a.write('x')
    await b.read(Buffer.alloc(1))
  }
  t.deepEqual(stats(), before)
  const reads = pairs.map(([, b]) => b.read(Buffer.alloc(1)))
  await turn()
  for (const [a] of pairs) a.tryWrite('x')
  await Promise.all(reads)
  const { wakes, batches, spins } = stats()
  // tokio may tell once more of what an earlier write had announced.
  const told = wakes - before.wakes
  t.true(told >= 8 && told <= 16, `${told} wakes`)
  t.true(batches > before.batches && batches - before.batches <= told)
  t.is(spins, before.spins)
})

test('stats() counts short waits, and those that paid', async (t) => {
  const [a, b] = pair(t, 'stream', { busyPoll: 10_000 })
  const before = stats()
  const reading = a.read(Buffer.alloc(1))
  queueMicrotask(() => b.tryWrite('x'))
  await reading
  const { spins } = stats()
  t.true(spins > before.spins)
  t.is(stats().spinsReady - before.spinsReady, 1)
  const late = a.read(Buffer.alloc(1))
  await turn()
  t.true(stats().spins > spins)
  t.is(stats().spinsReady - before.spinsReady, 1)
  b.tryWrite('x')
  await late
})

test('socketpair.stats is the same function', (t) => {
  t.is(socketpair.stats, stats)
})

test('stats() counts the ends of every thread, and they go with it', async (t) => {
  const ending = await runProgram('stats-of-threads.mjs')
  t.deepEqual(ending, {
    code: 0,
    signal: null,
    stdout: '2 more while it runs, 0 when it has ended\n',
    stderr: '',
  })
})

test('NODE_DEBUG=socketpair traces what happens to ends, and else nothing is said', async (t) => {
  const quiet = await runProgram('traced.mjs')
  t.is(quiet.stderr, '')
  const { code, stderr } = await runProgram('traced.mjs', {
    env: { NODE_DEBUG: 'http,socketpair' },
  })
  t.is(code, 0)
  const lines = stderr
    .split('\n')
    .filter((line) => line.startsWith('SOCKETPAIR'))
    .map((line) => line.replace(/^SOCKETPAIR \d+: /, '').replace(/\(fd \d+\)/, '(fd n)'))
  t.deepEqual(lines, [
    'stream end 0 (fd n): open',
    'stream end 1 (fd n): open',
    'end 0: waits to read',
    'end 0: ready to read',
    'stream end 1 (fd n): close, 0 bytes read, 4 written',
    'stream end 0 (fd n): Error: EPIPE: broken pipe, sendmsg',
    'stream end 0 (fd n): detach, 4 bytes read, 0 written',
  ])
})
