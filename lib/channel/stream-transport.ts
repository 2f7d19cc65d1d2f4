import { sendBlocked } from '../answers.js'
import type { End } from '../end.js'
import { failureOf, WOULD_BLOCK } from '../errors.js'
import { MOST_FDS } from '../message.js'
import { calls, MAX_TRANSFER } from '../native.js'
import { BLOCKED } from '../operation.js'
import { spend } from '../turn.js'
import { HEADER, writeHeader } from './frame-header.js'
import type { FrameReader } from './frame-reader.js'
import type { FrameWriter, Item } from './frame-writer.js'
import { Slab } from './slab.js'
import { SocketTransport } from './socket-transport.js'
import type { Stuck } from './transport.js'
import { checkItem, sound } from './views.js'

/** The header of a frame that goes at once, and the frame. */
const header = new Slab(HEADER)
const frame: Uint8Array[] = [header.bytes, header.bytes]

/** Frames over a stream socket: many with one system call, in both directions. */
export class StreamTransport extends SocketTransport {
  push(frames: FrameWriter): true | Stuck {
    const { end } = this
    while (frames.pending > 0) {
      const wanted = frames.onlyRun ? frames.end - frames.begin : 0
      const answer = wanted > 0 ? sendRun(end, frames) : sendItems(end, frames)
      if (answer < 0) return sendBlocked(answer)
      end.bytesWritten += answer
      spend(answer)
      frames.advance(answer)
      if (answer < wanted) return BLOCKED
    }
    return true
  }

  pushFrame(body: Uint8Array): number {
    const { end } = this
    writeHeader(header.data, 0, body.length)
    frame[1] = body
    const answer = calls.sendVectored(end.id, frame, 0, 0)
    frame[1] = header.bytes
    if (answer <= 0) return 0
    end.bytesWritten += answer
    spend(answer)
    return answer
  }

  fill(reader: FrameReader): number | typeof BLOCKED {
    const { end } = this
    const room = Math.min(reader.roomToRead(), MAX_TRANSFER)
    const answer = calls.recv(end.id, reader.bytes, reader.end, room, MOST_FDS)
    if (answer < 0) {
      if (answer !== WOULD_BLOCK) throw failureOf(answer, 'recvmsg')
      reader.rest()
      return BLOCKED
    }
    const landed = answer % 0x1_0000_0000
    if (landed < answer) this.arrivals.addRead(reader.arriving, landed)
    end.bytesRead += landed
    reader.landed(landed)
    return landed
  }
}

function sendRun(end: End, { slab, begin, end: behind }: FrameWriter): number {
  return slab === undefined ? 0 : calls.send(end.id, slab.bytes, begin, behind - begin)
}

/** Sends the next items with one call: those that nothing goes along with, or one with which something does. */
function sendItems(end: End, frames: FrameWriter): number {
  const { items, head, skip } = frames
  const first = items[head] as Item
  if (skip === 0 && first.along !== undefined) {
    const { along, views } = first
    checkItem(first)
    const answer = calls.sendWith(end.id, [...views], 0, 0, along.numbers, along.credentials)
    if (answer < 0) along.blame(answer)
    else along.release()
    return answer
  }
  frames.closeRun()
  const views: Uint8Array[] = []
  for (const item of sound(frames)) {
    if (item.along !== undefined && item !== first) break
    views.push(...item.views)
  }
  // The call wants to begin within the first of its views.
  let [from, rest] = [0, skip]
  while (rest >= (views[from] as Uint8Array).length) rest -= (views[from++] as Uint8Array).length
  return calls.sendVectored(end.id, views, from, rest)
}
