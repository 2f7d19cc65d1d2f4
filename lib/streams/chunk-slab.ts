import { plainly, receiveBlocked } from '../answers.js'
import type { End } from '../end.js'
import { calls } from '../native.js'
import type { BLOCKED } from '../operation.js'

const SLAB = 64 * 1024
/** A chunk smaller than this is copied out, so that it does not keep a whole slab alive. */
const WORTH_A_SLAB = 16 * 1024

let slab: Buffer | undefined

/**
 * Receives what is there into memory that is shared between all who receive here: the chunk is the caller's.
 * @param copy makes the memory of a chunk that is not worth a slab
 */
export function receiveChunk<B extends Uint8Array>(
  end: End,
  copy: (landed: Buffer) => B,
): B | Buffer | null | typeof BLOCKED {
  const target = (slab ??= Buffer.allocUnsafeSlow(SLAB))
  const answer = calls.recv(end.id, target, 0, SLAB)
  if (answer < 0) return receiveBlocked(answer)
  const landed = plainly(end, answer)
  if (landed === 0) return null
  end.bytesRead += landed
  if (landed < WORTH_A_SLAB) return copy(target.subarray(0, landed))
  slab = undefined
  return landed === SLAB ? target : target.subarray(0, landed)
}
