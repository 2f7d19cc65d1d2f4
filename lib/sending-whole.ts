/** Sends that take several system calls: until the kernel has all bytes, or all messages. */
import { sendBlocked } from './answers.js'
import type { Limits } from './arguments.js'
import type { End } from './end.js'
import { carry } from './errors.js'
import { hasToWait } from './large-writes.js'
import { calls, MAX_TRANSFER } from './native.js'
import { type Attempt, BLOCKED } from './operation.js'
import { Pieces } from './pieces.js'
import { byteLengthOf } from './typed-arrays.js'
import { sameLengths } from './views.js'

/** A send on its way. */
export interface Whole {
  /** What has gone so far: bytes, or messages. */
  readonly sent: number
  readonly attempt: Attempt<number>
}

/** All of `bytes`, of which `before` have gone. */
export function whole(end: End, bytes: Uint8Array, before: number): Whole {
  const length = byteLengthOf(bytes)
  let sent = before
  return {
    get sent() {
      return sent
    },
    attempt() {
      const answer = calls.send(end.id, bytes, sent, Math.min(length - sent, MAX_TRANSFER))
      if (answer < 0) return sendBlocked(answer)
      end.bytesWritten += answer
      sent += answer
      if (sent === length) return length
      hasToWait(end, length)
      return BLOCKED
    },
  }
}

/** The views one after the other, as one write. */
export function wholeOfPieces(end: End, views: Uint8Array[]): Whole {
  const pieces = new Pieces(views)
  return {
    get sent() {
      return pieces.sent
    },
    attempt() {
      const answer = calls.sendVectored(end.id, pieces.views, pieces.index, pieces.skip)
      if (answer < 0) return sendBlocked(answer)
      end.bytesWritten += answer
      if (pieces.went(answer)) return pieces.sent
      hasToWait(end, answer)
      return BLOCKED
    },
  }
}

/** The views, a message each. */
export function wholeOfMessages(end: End, views: Uint8Array[]): Whole {
  const lengths = views.map(byteLengthOf)
  let sent = 0
  return {
    get sent() {
      return sent
    },
    attempt() {
      const answer = calls.sendMany(end.id, sameLengths(views, lengths), sent)
      if (answer < 0) return sendBlocked(answer)
      for (let index = sent; index < sent + answer; index++) {
        end.bytesWritten += lengths[index] as number
      }
      sent += answer
      return sent === views.length ? sent : BLOCKED
    },
  }
}

/**
 * Queues a send; its error carries what had gone.
 * @param tried its bytes, if the first try was just made and took no more
 */
export function sendWhole(
  end: End,
  sending: Whole,
  what: 'bytesWritten' | 'messagesSent',
  limits?: Limits,
  tried = 0,
): Promise<number> {
  hasToWait(end, tried)
  return end.writing.enqueue(
    sending.attempt,
    limits,
    (error) => carry(error, { [what]: sending.sent }),
    tried > 0,
  )
}
