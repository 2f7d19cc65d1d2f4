/** What moves between two programs where somebody watches. */
import { type AnySocket, type MessageSocket, relay, type StreamSocket } from 'socketpair'
import { codeOf, isGone } from './failure.js'
import type { Recording } from './recording.js'

/** How much was carried so far, in bytes: from the first program to the second, and back. */
export interface Counts {
  aToB: number
  bToA: number
}

type Ends = readonly [a: AnySocket, b: AnySocket]

const BUFFER_BYTES = 64 * 1024

/**
 * Carries everything between two ends until both directions have ended; between datagram ends, which have
 * no end of their own, until `ended` says that the programs have. Only for a record do bytes come to
 * JavaScript; and for datagrams, which would be lost where they wait when a relay is aborted.
 */
export async function carry(
  ends: Ends,
  counts: Counts,
  record: Recording | undefined,
  ended: Promise<void>,
): Promise<void> {
  const [a, b] = ends
  if (record === undefined && a.type !== 'dgram') return carryUnseen(ends, counts)
  if (a.type === 'dgram') {
    void endReading(ends, ended)
  }
  await Promise.all([
    carryOneWay(a, b, record && ((data) => record.add('1>2', data)), (n) => (counts.aToB += n)),
    carryOneWay(b, a, record && ((data) => record.add('2>1', data)), (n) => (counts.bToA += n)),
  ])
}

/** What is queued can still be received then; it is followed by end-of-file. */
async function endReading(ends: Ends, ended: Promise<void>): Promise<void> {
  await ended
  for (const end of ends) if (!end.closed) end.shutdown('read')
}

async function carryUnseen([a, b]: Ends, counts: Counts): Promise<void> {
  try {
    const onProgress = (now: Counts) => Object.assign(counts, now)
    Object.assign(counts, await relay(a, b, { onProgress }))
  } catch (error) {
    const { aToB = counts.aToB, bToA = counts.bToA } = error as Partial<Counts>
    Object.assign(counts, { aToB, bToA })
    if (!isGone(error)) throw error
  }
}

type Add = (data: Uint8Array | null) => Promise<void>

async function carryOneWay(
  from: AnySocket,
  to: AnySocket,
  add: Add | undefined,
  count: (bytes: number) => void,
): Promise<void> {
  let delivers = true
  for await (const data of from.type === 'stream' ? bytesOf(from) : messagesOf(from)) {
    // Before anybody can answer it.
    await add?.(data)
    if (!delivers) continue
    try {
      await (to.type === 'stream' ? to.write(data) : to.send(data))
      count(data.length)
    } catch (error) {
      if (!isGone(error)) throw error
      // Who says more hears of it; what was said already is still recorded.
      delivers = false
      from.shutdown('read')
    }
  }
  await add?.(null)
  if (delivers) shutWriting(to)
}

function shutWriting(to: AnySocket): void {
  try {
    to.shutdown('write')
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

async function* bytesOf(from: StreamSocket): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  for (;;) {
    const bytesRead = await unlessReset(() => from.read(buffer))
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}

async function* messagesOf(from: MessageSocket): AsyncGenerator<Buffer> {
  for (;;) {
    const message = await unlessReset(() => from.recv({ maxFds: 0 }))
    if (message === null) return
    yield message.data
  }
}

/** A peer that closed with bytes unread is told of once, before or after what it sent: the rest follows. */
async function unlessReset<T>(receive: () => Promise<T>): Promise<T> {
  try {
    return await receive()
  } catch (error) {
    if (codeOf(error) !== 'ECONNRESET') throw error
    return receive()
  }
}
