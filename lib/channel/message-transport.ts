import { sendBlocked } from '../answers.js'
import type { End } from '../end.js'
import { EMSGSIZE, failureOf, WOULD_BLOCK } from '../errors.js'
import { isEndOfFile, lengthOf, MOST_FDS } from '../message.js'
import { calls, MESSAGE_FLAG } from '../native.js'
import { BLOCKED } from '../operation.js'
import { spend } from '../turn.js'
import { badFrame } from './channel-errors.js'
import { frameLength, HEADER } from './frame-header.js'
import type { FrameReader } from './frame-reader.js'
import type { FrameWriter, Item } from './frame-writer.js'
import { SocketTransport } from './socket-transport.js'
import type { Stuck } from './transport.js'
import { checkItem } from './views.js'

/** Messages that are sent or received with one call into the addon. */
const MESSAGES_A_CALL = 128
/** Numbers for each message in the table of a receive. */
const FIELDS = 4
/** Bytes of a fragment: several of them fit the queue of the system, so that neither side waits for the other. */
const FRAGMENT = 64 * 1024
/** No system takes less in one message. */
const LEAST_FRAGMENT = 512

const table = new Uint32Array(MESSAGES_A_CALL * FIELDS)

/** Frames over a socket with boundaries: a message each, and of one too long for that, on seqpacket, several. */
export class MessageTransport extends SocketTransport {
  /** Frames of so many bytes were too long for one message. */
  #tooLong = Number.POSITIVE_INFINITY
  #fragment = FRAGMENT
  /** Bytes that the frame lacks of which fragments came. */
  #lacks = 0
  /** What came behind the frames that can still be received. */
  #bad: Error | undefined

  push(frames: FrameWriter): true | Stuck {
    while (frames.pending > 0) {
      const item = frames.onlyRun ? undefined : (frames.items[frames.head] as Item)
      const answer =
        item === undefined || item.run ? this.#pushRun(frames, item) : this.#pushOne(frames, item)
      if (answer < 0) return sendBlocked(answer)
      this.end.bytesWritten += answer
      spend(answer)
      frames.advance(answer)
    }
    return true
  }

  fill(reader: FrameReader): number | typeof BLOCKED {
    if (this.#bad !== undefined) throw this.#bad
    const { end } = this
    const next = calls.nextLength(end.id)
    if (next < 0) return blocked(next, reader)
    if (isEndOfFile(next)) return 0
    const room = reader.room(Math.max(lengthOf(next), 1))
    const memory = reader.bytes.subarray(reader.end, reader.end + room)
    const count = calls.recvMany(end.id, memory, table, MOST_FDS)
    if (count < 0) return blocked(count, reader)
    if (count === 0) return 0
    let landed = 0
    let flags = 0
    for (let row = 0; row < count * FIELDS; row += FIELDS) {
      const length = table[row + 1] as number
      flags |= table[row + 2] as number
      this.#bad ??= this.#check(reader.bytes, reader.end + landed, length)
      if (this.#bad === undefined) landed += length
      end.bytesRead += length
    }
    if ((flags & MESSAGE_FLAG.arrived) !== 0) {
      const { arriving } = reader
      this.arrivals.addMessages((row) => arriving + (table[row * FIELDS] as number))
    }
    if (landed === 0) throw this.#bad as Error
    reader.landed(landed)
    return landed
  }

  /** What is wrong with a message where it stands, if anything is. */
  #check(bytes: Buffer, at: number, length: number): Error | undefined {
    if (this.#lacks > 0) {
      if (length > this.#lacks || length === 0) return badFrame('a fragment does not fit')
      this.#lacks -= length
      return undefined
    }
    if (length < HEADER) return badFrame('a message is shorter than a header')
    const lacks = frameLength(bytes.readUInt32LE(at)) - length
    if (lacks < 0) return badFrame('a message is longer than its frame')
    if (lacks > 0 && this.end.type === 'dgram')
      return badFrame('a datagram is shorter than its frame')
    this.#lacks = lacks
    return undefined
  }

  /** Sends small frames, a message each; gives the bytes that went. */
  #pushRun(frames: FrameWriter, item: Item | undefined): number {
    const [memory, from, to] =
      item === undefined
        ? ([frames.slab?.bytes as Buffer, frames.begin, frames.end] as const)
        : ([item.views[0] as Buffer, frames.skip, item.bytes] as const)
    const views: Uint8Array[] = []
    for (let at = from; at < to && views.length < MESSAGES_A_CALL;) {
      const length = frameLength(memory.readUInt32LE(at))
      views.push(memory.subarray(at, at + length))
      at += length
    }
    const count = calls.sendMany(this.end.id, views, 0)
    if (count < 0) return count
    let sent = 0
    for (let index = 0; index < count; index++) sent += (views[index] as Uint8Array).length
    return sent
  }

  /** Sends a frame, or a fragment of it; gives the bytes that went. */
  #pushOne({ skip }: FrameWriter, item: Item): number {
    checkItem(item)
    const whole = skip === 0 && item.bytes < this.#tooLong
    const answer = send(this.end, item, skip, whole ? item.bytes : skip + this.#fragment)
    if (answer !== EMSGSIZE || this.end.type === 'dgram') return answer
    if (whole) this.#tooLong = item.bytes
    else if (this.#fragment > LEAST_FRAGMENT) this.#fragment /= 2
    else return answer
    return this.#pushOne({ skip } as FrameWriter, item)
  }
}

function blocked(answer: number, reader: FrameReader): typeof BLOCKED {
  if (answer !== WOULD_BLOCK) throw failureOf(answer, 'recvmsg')
  reader.rest()
  return BLOCKED
}

/** Sends the bytes of an item from `from` to `to` as one message. */
function send(end: End, { views, lengths, along }: Item, from: number, to: number): number {
  const pieces: Uint8Array[] = []
  let at = 0
  for (const [index, view] of views.entries()) {
    const length = lengths[index] as number
    const piece = view.subarray(Math.max(from - at, 0), Math.max(to - at, 0))
    if (piece.length > 0) pieces.push(piece)
    at += length
  }
  if (along === undefined || along.gone) return calls.sendVectored(end.id, pieces, 0, 0)
  const answer = calls.sendWith(end.id, pieces, 0, 0, along.numbers, along.credentials)
  if (answer < 0) along.blame(answer)
  else along.release()
  return answer
}
