/** Stream writes that wait until the kernel has all of their bytes. */
import { sendBlocked } from './answers.js'
import type { OperationOptions } from './arguments.js'
import type { End } from './end.js'
import { carry } from './errors.js'
import { hasToWait } from './large-writes.js'
import { calls, MAX_TRANSFER } from './native.js'
import { BLOCKED } from './operation.js'
import { Pieces } from './pieces.js'

/**
 * Sends `bytes`, of which `before` have gone.
 * @param tried the first try was just made, and took no more
 */
export function sendWhole(
  end: End,
  bytes: Uint8Array,
  length: number,
  before: number,
  options: OperationOptions | undefined,
  tried: boolean,
): Promise<number> {
  let sent = before
  if (tried) hasToWait(end, length)
  return end.writing.enqueue(
    () => {
      const answer = calls.send(end.id, bytes, sent, Math.min(length - sent, MAX_TRANSFER))
      if (answer < 0) return sendBlocked(answer)
      end.bytesWritten += answer
      sent += answer
      if (sent === length) return length
      hasToWait(end, length)
      return BLOCKED
    },
    options,
    (error) => carry(error, { bytesWritten: sent }),
    tried,
  )
}

/** Sends the views one after the other, as one write. */
export function sendPieces(
  end: End,
  views: Uint8Array[],
  options: OperationOptions | undefined,
): Promise<number> {
  const pieces = new Pieces(views)
  return end.writing.enqueue(
    () => {
      const answer = calls.sendVectored(end.id, pieces.views, pieces.index, pieces.skip)
      if (answer < 0) return sendBlocked(answer)
      end.bytesWritten += answer
      if (pieces.went(answer)) return pieces.sent
      hasToWait(end, answer)
      return BLOCKED
    },
    options,
    (error) => carry(error, { bytesWritten: pieces.sent }),
  )
}
