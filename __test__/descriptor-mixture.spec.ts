// Many sends with and without descriptors, in every order and both directions at once: each receive has those
// of its own data, whatever way it is received.
import { type AnySocket, MessageBatch, StreamSocket } from 'socketpair'
import { pair, TYPES } from './helpers/pairs.ts'
import { fileOf, pass, waysOf } from './helpers/passing.ts'
import { pipes } from './helpers/pipes.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const SENDS = 600

/** Numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state >>> 8
  }
}

/** What is sent: some bytes of its number, and the files of its descriptors. */
interface Sent {
  length: number
  files: string[]
}

/** Sends in bursts, so that some wait and some don't. */
async function sendAll(end: AnySocket, writers: readonly number[], seed: number): Promise<Sent[]> {
  const random = numbers(seed)
  const next = (below: number) => random.next().value % below
  const sent: Sent[] = []
  let burst: Promise<number>[] = []
  for (let index = 0; index < SENDS; index++) {
    const length = 1 + next(next(10) === 0 ? 40_000 : 500)
    const fds = next(2) ? Array.from({ length: next(6) }, () => writers[next(writers.length)]) : []
    sent.push({ length, files: fds.map((fd) => fileOf(fd as number)) })
    burst.push(pass(end, Buffer.alloc(length, index % 251), fds as number[]))
    if (next(20) === 0) {
      await Promise.all(burst)
      burst = []
    }
  }
  await Promise.all(burst)
  return sent
}

/** Receives messages by turns in every way; gives what came with each. */
async function receiveMessages(end: Exclude<AnySocket, StreamSocket>): Promise<Sent[]> {
  const came: Sent[] = []
  const ways = waysOf(end.type).filter(([name]) => !['recvMany', 'tryRecv'].includes(name))
  const batch = new MessageBatch({ maxMessages: 7 })
  while (came.length < SENDS) {
    if (came.length % 3 === 0) {
      const count = await end.recvMany(batch)
      for (let index = 0; index < count; index++) {
        const { bytesRead, fds } = batch.info(index)
        came.push({ length: bytesRead, files: fds.map(({ fd }) => fileOf(fd)) })
        for (const fd of fds) fd.close()
      }
      continue
    }
    const [, way] = ways[came.length % ways.length] as (typeof ways)[number]
    const message = await way(end)
    if (message === null) throw new Error('ended')
    const { info, fds } = message
    came.push({ length: info.bytesRead, files: fds.map(({ fd }) => fileOf(fd)) })
    for (const fd of fds) fd.close()
  }
  return came
}

/** Receives a stream to its end; gives, for each place where descriptors came, the byte and their files. */
async function receiveBytes(end: StreamSocket) {
  const came: { at: number; files: string[] }[] = []
  const buffer = Buffer.alloc(3000)
  let at = 0
  for (;;) {
    const info = await end.readMessage(buffer)
    if (info === null) return came
    if (info.carryingByte !== undefined) {
      came.push({ at: at + info.carryingByte, files: info.fds.map(({ fd }) => fileOf(fd)) })
    }
    for (const fd of info.fds) fd.close()
    at += info.bytesRead
  }
}

/** The writes that carried descriptors, found by the byte that is said to be theirs. */
function carriers(sent: readonly Sent[], came: readonly { at: number; files: string[] }[]) {
  const found: string[][] = sent.map(() => [])
  for (const { at, files } of came) {
    let begin = 0
    const index = sent.findIndex(({ length }) => (begin += length) > at)
    found[index]?.push(...files)
  }
  return found
}

async function oneDirection(
  t: ExecutionContext,
  [from, to]: readonly [AnySocket, AnySocket],
  writers: readonly number[],
  seed: number,
) {
  if (!(to instanceof StreamSocket)) {
    const [sent, came] = await Promise.all([sendAll(from, writers, seed), receiveMessages(to)])
    t.deepEqual(came, sent)
    return
  }
  const sending = sendAll(from, writers, seed).then((sent) => {
    from.shutdown('write')
    return sent
  })
  const [sent, came] = await Promise.all([sending, receiveBytes(to)])
  t.deepEqual(
    carriers(sent, came),
    sent.map(({ files }) => files),
  )
}

for (const type of TYPES) {
  for (const seed of [1, 2, 3]) {
    test(`${SENDS} sends over a ${type} pair in each direction keep their descriptors: mixture ${seed}`, async (t) => {
      const [a, b] = pair(t, type) as unknown as [AnySocket, AnySocket]
      const writers = pipes(t, 6).map(({ writer }) => writer)
      await Promise.all([
        oneDirection(t, [a, b], writers, seed),
        oneDirection(t, [b, a], writers, seed + 100),
      ])
    })
  }
}
