// Descriptors of sends that have to wait: they are held until the send is over, however it ends, and no longer.
import { setImmediate as turn } from 'node:timers/promises'
import { open } from 'node:fs/promises'
import {
  type AnySocket,
  type DatagramSocket,
  type Socket,
  socketpair,
  StreamSocket,
} from 'socketpair'
import { collectUntil } from './helpers/collect.ts'
import { openDescriptors } from './helpers/descriptors.ts'
import { rejects } from './helpers/failures.ts'
import { fill, tryTake } from './helpers/io.ts'
import { closeAfter, MESSAGE_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { fileOf, pass, receive } from './helpers/passing.ts'
import { pipe, pipes } from './helpers/pipes.ts'
import { reportWithLimit } from './helpers/programs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const FILLING = 'x'.repeat(1000)

/** A pair whose first end is full, so that its sends wait. */
function fullPair(t: ExecutionContext, type: AnySocket['type']) {
  const [a, b] = pair(t, type) as unknown as [AnySocket, AnySocket]
  fill(a, FILLING)
  if (a instanceof StreamSocket) while (a.tryWrite('x') !== undefined);
  return [a, b] as const
}

/** Receives up to the next data that is no filling. */
async function afterFilling(t: ExecutionContext, end: AnySocket) {
  for (;;) {
    const came = await receive(t, end)
    if (came.fds.length > 0 || !/^x+$/.test(came.text)) return came
  }
}

/** What a stream's reads have glued to it is filling. */
const withoutFilling = (text: string) => text.replace(/^x+/, '')

for (const type of TYPES) {
  test(`descriptors of a ${type} send that waits may be closed by their owner meanwhile`, async (t) => {
    const [a, b] = fullPair(t, type)
    const one = pipe(t)
    const file = fileOf(one.writer)
    const sent = pass(a, 'late', [one.writer, one.writer])
    one.closeWriter()
    // The number goes to a stranger.
    const [stranger] = pipes(t, 1)
    t.truthy(stranger)
    const came = await afterFilling(t, b)
    t.is(await sent, 4)
    t.is(withoutFilling(came.text), 'late')
    t.deepEqual(
      came.fds.map(({ fd }) => fileOf(fd)),
      [file, file],
    )
    for (const fd of came.fds) fd.close()
    t.is(one.read(), '', 'no duplicate is left')
  })

  test(`a Socket and a FileHandle that a ${type} send waits with may be closed meanwhile`, async (t) => {
    const [a, b] = fullPair(t, type)
    const [kept, given] = pair(t, 'stream')
    const handle = await open('/dev/null')
    const file = fileOf(handle.fd)
    const sent = pass(a, 'late', [given, handle])
    given.close()
    await handle.close()
    const came = await afterFilling(t, b)
    await sent
    t.is(fileOf(came.fds[1]?.fd as number), file)
    const arrived = came.fds[0]?.toSocket() as StreamSocket
    closeAfter(t, arrived)
    await arrived.write('alive')
    t.is((await kept.readChunk())?.toString(), 'alive')
  })

  test(`a Socket that a ${type} send waits with may be collected meanwhile`, async (t) => {
    const [a, b] = fullPair(t, type)
    let dropped: WeakRef<Socket> | undefined
    let sent: Promise<number> | undefined
    const kept = (() => {
      const [mine, given] = socketpair()
      dropped = new WeakRef<Socket>(given)
      sent = pass(a, 'late', [given])
      return mine
    })()
    closeAfter(t, kept)
    // It may be kept as well: it must only be there in the end.
    await collectUntil(() => dropped?.deref() === undefined)
    const came = await afterFilling(t, b)
    await sent
    const arrived = came.fds[0]?.toSocket() as StreamSocket
    closeAfter(t, arrived)
    await arrived.write('alive')
    t.is((await kept.readChunk())?.toString(), 'alive')
  })

  test(`a ${type} send that waits and is aborted sends no descriptor and leaves none open`, async (t) => {
    const [a, b] = fullPair(t, type)
    const one = pipe(t)
    const before = openDescriptors()
    const controller = new AbortController()
    const sends = Array.from({ length: 5 }, () =>
      pass(a, 'never', [one.writer, one.writer], { signal: controller.signal }),
    )
    const failed = Promise.all(sends.map((send) => t.throwsAsync(send, { message: 'planned' })))
    await turn()
    controller.abort(new Error('planned'))
    await failed
    t.deepEqual(openDescriptors(), before)
    one.closeWriter()
    t.is(one.read(), '')
    let seen = ''
    for (let piece = tryTake(b); piece; piece = tryTake(b)) seen += piece
    t.regex(seen, /^x+$/)
  })

  for (const timeout of [0, 20]) {
    test(`a ${type} send that is full for ${timeout} ms sends no descriptor and leaves none open`, async (t) => {
      const [a, b] = fullPair(t, type)
      const one = pipe(t)
      const before = openDescriptors()
      await rejects(t, pass(a, 'never', [one.writer], { timeout }), 'ETIMEDOUT')
      t.deepEqual(openDescriptors(), before)
      one.closeWriter()
      t.is(one.read(), '')
      let seen = ''
      for (let piece = tryTake(b); piece; piece = tryTake(b)) seen += piece
      t.regex(seen, /^x+$/)
    })
  }

  for (const how of ['close', 'detach'] as const) {
    test(`descriptors of ${type} sends that wait are closed by ${how}()`, async (t) => {
      const [a, b] = fullPair(t, type)
      const one = pipe(t)
      const sends = Array.from({ length: 10 }, () => pass(a, 'never', [one.writer]))
      const failed = Promise.all(sends.map((send) => rejects(t, send, 'ECANCELED')))
      one.closeWriter()
      t.is(one.read(), undefined)
      if (how === 'close') a.close()
      else closeAfter(t, (a.constructor as typeof Socket).fromFd(a.detach()))
      await failed
      t.is(one.read(), '')
      t.false(b.closed)
    })
  }

  test(`descriptors of ${type} sends that wait are closed when the peer is`, async (t) => {
    const [a, b] = fullPair(t, type)
    const one = pipe(t)
    const sends = Array.from({ length: 3 }, () => pass(a, 'never', [one.writer]))
    const settled = Promise.allSettled(sends)
    one.closeWriter()
    t.is(one.read(), undefined)
    b.close()
    for (const { status } of await settled) t.is(status, 'rejected')
    t.is(one.read(), '')
  })

  test(`sends over a ${type} pair that wait keep their order and their own descriptors`, async (t) => {
    const [a, b] = fullPair(t, type)
    const ten = pipes(t, 10)
    const sends = ten.flatMap(({ writer }, index) => [
      pass(a, `with ${index};`, [writer, ...(index % 2 ? [writer] : [])]),
      pass(a, `without ${index};`, []),
    ])
    const files = ten.map(({ writer }) => fileOf(writer))
    for (const each of ten) each.closeWriter()
    let text = ''
    const found: string[][] = []
    while (!text.endsWith('without 9;')) {
      const came = await receive(t, b)
      text += came.text
      if (came.fds.length === 0) continue
      // Its own text is the last of what came with it.
      t.regex(came.text, new RegExp(`with ${found.length};$`))
      found.push(came.fds.map(({ fd }) => fileOf(fd)))
    }
    await Promise.all(sends)
    t.is(withoutFilling(text), ten.map((_, index) => `with ${index};without ${index};`).join(''))
    t.deepEqual(
      found,
      files.map((file, index) => (index % 2 ? [file, file] : [file])),
    )
  })

  test(`a bad entry is told at the call also when a ${type} send would wait`, async (t) => {
    const [a] = fullPair(t, type)
    const { writer } = pipe(t)
    const before = openDescriptors()
    for (const [entry, code] of [
      [-1, 'EBADF'],
      [null, 'ERR_INVALID_ARG_TYPE'],
    ] as const) {
      const error = await rejects(t, pass(a, 'x', [writer, entry as number]), code)
      t.is(error['index'], 1)
    }
    await rejects(
      t,
      pass(
        a,
        'x',
        Array.from({ length: 254 }, () => writer),
      ),
      'EINVAL',
    )
    t.deepEqual(openDescriptors(), before)
  })

  test(`a ${type} send that has to wait and finds no room for duplicates says EMFILE`, (t) => {
    const answers = reportWithLimit(128, 'without-room.ts', [type])
    t.deepEqual(answers, {
      'ten with nine left': 'EMFILE',
      'nine are left': 9,
      'nine with nine left': 'sent',
      came: 9,
      order: ['late'],
    })
  })
}

test('a stream write that is aborted on its way has given its descriptors once', async (t) => {
  const [a, b] = pair(t, 'stream')
  const one = pipe(t)
  const controller = new AbortController()
  const writing = a.write(Buffer.alloc(4 << 20, 'y'), {
    fds: [one.writer],
    signal: controller.signal,
  })
  one.closeWriter()
  controller.abort(new Error('planned'))
  const error = (await t.throwsAsync(writing, { message: 'planned' })) as unknown as Error
  t.truthy(error)
  const written = a.bytesWritten
  t.true(written > 0 && written < 4 << 20)
  a.close()
  let count = 0
  let bytes = 0
  const buffer = Buffer.alloc(100_000)
  for (;;) {
    const info = await b.readMessage(buffer)
    if (info === null) break
    count += info.fds.length
    bytes += info.bytesRead
    for (const fd of info.fds) fd.close()
  }
  t.deepEqual([count, bytes], [1, written])
  t.is(one.read(), '')
})

for (const type of MESSAGE_TYPES) {
  test(`a sendMany of ${type} messages that has to wait holds the descriptors of those that wait`, async (t) => {
    const [a, b] = pair(t, type) as unknown as [DatagramSocket, DatagramSocket]
    const pipesOf = pipes(t, 40)
    // Together they are more than the queue takes.
    const messages = pipesOf.map((_, index) => Buffer.alloc(20_000, index))
    const files = pipesOf.map(({ writer }) => fileOf(writer))
    const sent = a.sendMany(messages, { fds: pipesOf.map(({ writer }) => [writer]) })
    for (const each of pipesOf) each.closeWriter()
    for (const [index, file] of files.entries()) {
      const { info, fds } = await receive(t, b)
      t.is(info.bytesRead, 20_000)
      t.deepEqual(
        fds.map(({ fd }) => fileOf(fd)),
        [file],
        `${index}`,
      )
      for (const fd of fds) fd.close()
    }
    t.is(await sent, 40)
    for (const each of pipesOf) t.is(each.read(), '')
  })

  test(`a sendMany of ${type} messages that is aborted has sent some with their descriptors, and holds none`, async (t) => {
    const [a, b] = pair(t, type) as unknown as [DatagramSocket, DatagramSocket]
    const one = pipe(t)
    const controller = new AbortController()
    const messages = Array.from({ length: 40 }, () => Buffer.alloc(20_000))
    const sent = a.sendMany(messages, {
      fds: messages.map(() => [one.writer]),
      signal: controller.signal,
    })
    one.closeWriter()
    controller.abort(new Error('planned'))
    const error = (await t.throwsAsync(sent, { message: 'planned' })) as unknown as Error
    t.truthy(error)
    t.is(a.bytesWritten % 20_000, 0)
    const count = a.bytesWritten / 20_000
    t.true(count > 0 && count < 40)
    for (let index = 0; index < count; index++) {
      const { fds } = await receive(t, b)
      t.is(fds.length, 1)
      fds[0]?.close()
    }
    t.is(tryTake(b), undefined)
    t.is(one.read(), '')
  })
}
