import { receiveBlocked } from '../answers.js'
import type { End } from '../end.js'
import { infoOf, isEndOfFile, lengthOf } from '../message.js'
import { calls } from '../native.js'
import type { BLOCKED } from '../operation.js'
import { dropped } from '../unclaimed.js'

/** Receives a message whole, without what came along; null at end-of-file. */
export function receiveMessage(end: End): Buffer | null | typeof BLOCKED {
  const next = calls.nextLength(end.id)
  if (next < 0) return receiveBlocked(next)
  if (isEndOfFile(next)) return null
  const message = end.memory(lengthOf(next))
  const answer = calls.recv(end.id, message, 0, message.length, 0)
  if (answer < 0) return receiveBlocked(answer)
  if (isEndOfFile(answer)) return null
  const { bytesRead, fdsTruncated } = infoOf(end, answer, message.length)
  end.bytesRead += bytesRead
  if (fdsTruncated && !end.dropped) {
    end.dropped = true
    dropped()
  }
  // Shorter if another reader took what was measured.
  if (bytesRead === message.length) return message
  return message.fill(0, bytesRead).subarray(0, bytesRead)
}
