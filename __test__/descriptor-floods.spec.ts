// A program that floods its peer with descriptors: who doesn't look at them has few of them open at any time,
// and gets the one that is wanted all the same.
import { setImmediate as turn } from 'node:timers/promises'
import {
  type AnySocket,
  MessageBatch,
  type MessageInfo,
  type ReceivedFd,
  StreamSocket,
} from 'socketpair'
import { collectUntil } from './helpers/collect.ts'
import { openDescriptors } from './helpers/descriptors.ts'
import { MESSAGE_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { pass, receive } from './helpers/passing.ts'
import { pipe, readNow } from './helpers/pipes.ts'
import { compile, start } from './helpers/programs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'
import { until } from './helpers/until.ts'
import { warnings } from './helpers/warnings.ts'

const MESSAGES = 600
const EACH = 253
/** The most that a socket keeps for messages that nobody has looked at. */
const KEPT = 1012
const WANTED = 'wanted'

type Flooded = (end: AnySocket, look: () => void) => Promise<ReceivedFd[]>

async function messagesUntilWanted(
  look: () => void,
  next: (buffer: Buffer) => Promise<MessageInfo | null | undefined>,
): Promise<ReceivedFd[]> {
  const buffer = Buffer.alloc(16)
  for (;;) {
    const info = await next(buffer)
    if (info === null) throw new Error('ended')
    if (info === undefined) {
      await turn()
      continue
    }
    look()
    if (buffer.toString('latin1', 0, info.bytesRead) === WANTED) return info.fds
  }
}

type Messages = Exclude<AnySocket, StreamSocket>

/** Receivers that look at no descriptors until the wanted ones. */
const MESSAGE_RECEIVERS: Record<
  string,
  (end: Messages, look: () => void) => Promise<ReceivedFd[]>
> = {
  recv: async (end, look) => {
    for (;;) {
      const message = await end.recv()
      look()
      if (message?.data.toString() === WANTED) return message.fds
    }
  },
  'for await': async (end, look) => {
    for await (const message of end) {
      look()
      if (message.data.toString() === WANTED) return message.fds
    }
    return []
  },
  recvInto: (end, look) => messagesUntilWanted(look, (buffer) => end.recvInto(buffer)),
  'recvInto, without room': (end, look) => {
    let count = 0
    return messagesUntilWanted(look, (buffer) =>
      end.recvInto(buffer, count++ < MESSAGES ? { maxFds: 0 } : {}),
    )
  },
  tryRecv: (end, look) => messagesUntilWanted(look, async (buffer) => end.tryRecv(buffer)),
  recvMany: async (end, look) => {
    const batch = new MessageBatch()
    for (;;) {
      const count = await end.recvMany(batch)
      look()
      for (let index = 0; index < count; index++) {
        if (Buffer.from(batch.message(index)).toString() === WANTED) return batch.info(index).fds
      }
    }
  },
  'recvMany into new batches': async (end, look) => {
    for (;;) {
      const batch = new MessageBatch()
      const count = await end.recvMany(batch)
      look()
      for (let index = 0; index < count; index++) {
        if (Buffer.from(batch.message(index)).toString() === WANTED) return batch.info(index).fds
      }
    }
  },
}

const STREAM_RECEIVERS: Record<
  string,
  (end: StreamSocket, look: () => void) => Promise<ReceivedFd[]>
> = {
  readMessage: (end, look) => messagesUntilWanted(look, (buffer) => end.readMessage(buffer)),
  'plain reads': async (end, look) => {
    const byte = Buffer.alloc(1)
    for (let count = 0; count < MESSAGES; count++) {
      await end.read(byte)
      look()
    }
    return (await end.readMessage(Buffer.alloc(16)))?.fds ?? []
  },
  readExactly: async (end, look) => {
    await end.readExactly(Buffer.alloc(MESSAGES))
    look()
    return (await end.readMessage(Buffer.alloc(16)))?.fds ?? []
  },
}

function receiversOf(type: AnySocket['type']): [string, Flooded][] {
  const receivers = type === 'stream' ? STREAM_RECEIVERS : MESSAGE_RECEIVERS
  return Object.entries(receivers) as [string, Flooded][]
}

/** The memory that this process holds on to. */
function memory(): number {
  globalThis.gc?.()
  // Not `external`: there each descriptor counts for more memory than it takes.
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Asserts, now and then, that few descriptors are open; to be called after each receive. */
function watch(t: ExecutionContext, most: number) {
  let calls = 0
  let worst = 0
  return () => {
    if (calls++ % 37 > 0) return
    worst = Math.max(worst, openDescriptors().length)
    if (worst > most) throw new Error(`${worst} descriptors are open, ${most} may be`)
    t.pass()
  }
}

for (const type of TYPES) {
  for (const [name, receiver] of receiversOf(type)) {
    test(`a flood of descriptors over a ${type} pair leaves few open, and the wanted one arrives: ${name}`, async (t) => {
      const [mine, theirs] = pair(t, type)
      const { result } = start(t, compile(t, 'flood.c'), [theirs], [`${MESSAGES}`, `${EACH}`])
      const before = openDescriptors().length
      const memoryBefore = memory()
      const fds = await receiver(mine, watch(t, before + KEPT))
      t.is(await result(), MESSAGES)
      t.is(fds.length, 1)
      t.is(readNow(fds[0]?.fd as number), WANTED)
      for (const fd of fds) fd.close()
      t.true(openDescriptors().length <= before + KEPT)
      // Each descriptor's object alone would be ten times that.
      const more = memory() - memoryBefore
      t.true(more < 10_000_000, `${more} bytes more`)
      mine.close()
      t.true(await collectUntil(() => openDescriptors().length <= before - 1))
    })
  }
}

for (const type of TYPES) {
  test(`messages over a ${type} pair that nobody looked at lose their descriptors, the oldest first`, async (t) => {
    const seen = warnings(t, 'SOCKETPAIR_FD_UNCLAIMED')
    const [a, b] = pair(t, type) as unknown as [AnySocket, AnySocket]
    const { writer } = pipe(t)
    const list = Array.from({ length: EACH }, () => writer)
    const before = openDescriptors().length
    const infos: MessageInfo[] = []
    for (let index = 0; index < 12; index++) {
      await pass(a, 'x', list)
      const buffer = Buffer.alloc(4)
      const info =
        b instanceof StreamSocket ? await b.readMessage(buffer) : await b.recvInto(buffer)
      if (info) infos.push(info)
    }
    t.is(infos.length, 12)
    t.is(openDescriptors().length, before + KEPT)
    t.deepEqual(
      infos.map(({ fds, fdsTruncated }) => [fds.length, fdsTruncated]),
      infos.map((_, index) => (index < 8 ? [0, true] : [EACH, false])),
    )
    await until(() => seen.length > 0)
    for (const { fds } of infos) for (const fd of fds) fd.close()
    t.is(openDescriptors().length, before)
  })

  test(`messages over a ${type} pair whose descriptors were looked at keep them, however many`, async (t) => {
    const [a, b] = pair(t, type)
    const { writer } = pipe(t)
    const list = Array.from({ length: EACH }, () => writer)
    const before = openDescriptors().length
    const held: ReceivedFd[] = []
    for (let index = 0; index < 12; index++) {
      await pass(a, 'x', list)
      held.push(...(await receive(t, b)).fds)
    }
    t.is(openDescriptors().length, before + 12 * EACH)
    t.true(held.every(({ closed, fd }) => !closed && fd >= 0))
    for (const fd of held) fd.close()
    t.is(openDescriptors().length, before)
  })
}

for (const type of TYPES) {
  for (const [name, receiver] of receiversOf(type)) {
    test(`descriptors of senders that nobody looks at over a ${type} pair are few: ${name}`, async (t) => {
      const [mine, theirs] = pair(t, type, { passPidfd: true, passCredentials: true })
      const { result } = start(t, compile(t, 'flood.c'), [theirs], [`${MESSAGES}`, '1'])
      const before = openDescriptors().length
      const fds = await receiver(mine, watch(t, before + KEPT))
      t.is(await result(), MESSAGES)
      t.is(readNow(fds[0]?.fd as number), WANTED)
      for (const fd of fds) fd.close()
      mine.close()
      // That of the wanted message was looked at with its descriptors.
      t.true(await collectUntil(() => !openDescriptors().some((entry) => entry.includes('pidfd'))))
    })
  }
}

for (const type of MESSAGE_TYPES) {
  test(`a batch of ${type} messages closes those that nobody looked at when it is used again`, async (t) => {
    const seen = warnings(t, 'SOCKETPAIR_FD_UNCLAIMED')
    const [a, b] = pair(t, type)
    const one = pipe(t)
    const other = pipe(t)
    const batch = new MessageBatch()
    await pass(a, '1', [one.writer])
    await pass(a, '2', [other.writer])
    one.closeWriter()
    other.closeWriter()
    t.is(await b.recvMany(batch), 2)
    const [looked] = batch.info(1).fds
    const info = batch.info(0)
    t.is(one.read(), undefined)
    await a.send('3')
    t.is(await b.recvMany(batch), 1)
    t.is(one.read(), '', 'nobody looked')
    t.is(other.read(), undefined, 'somebody did')
    t.deepEqual([info.fds, info.fdsTruncated], [[], true])
    t.deepEqual(batch.info(0).fds, [])
    looked?.close()
    t.is(other.read(), '')
    await until(() => seen.length > 0)
  })
}
