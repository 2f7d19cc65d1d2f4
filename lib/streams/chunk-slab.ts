import { plainly, receiveBlocked } from '../answers.js'
import type { End } from '../end.js'
import { calls } from '../native.js'
import type { BLOCKED } from '../operation.js'

/** Bytes of a chunk, unless somebody says otherwise. */
export const CHUNK = 64 * 1024
/** A chunk smaller than this is copied out, so that it does not keep a whole slab alive. */
const WORTH_A_SLAB = 16 * 1024

let slab: Buffer | undefined

/**
 * Receives what is there into memory that is shared between all who receive here: the chunk is the caller's;
 * null at end-of-file.
 * @param copy makes the memory of a chunk that is not worth a slab
 */
export function receiveChunk<B extends Uint8Array>(
  end: End,
  copy: (landed: Buffer) => B,
  maxBytes: number = CHUNK,
): B | Buffer | null | typeof BLOCKED {
  const target = slab !== undefined && slab.length >= maxBytes ? slab : newSlab(maxBytes)
  const answer = calls.recv(end.id, target, 0, maxBytes)
  if (answer < 0) return receiveBlocked(answer)
  const landed = plainly(end, answer)
  if (landed === 0) return null
  end.bytesRead += landed
  if (landed < WORTH_A_SLAB) return copy(target.subarray(0, landed))
  if (target === slab) slab = undefined
  return landed === target.length ? target : target.subarray(0, landed)
}

/** A slab of the usual size is kept for the next, too. */
function newSlab(maxBytes: number): Buffer {
  if (maxBytes > CHUNK) return Buffer.allocUnsafeSlow(maxBytes)
  slab = Buffer.allocUnsafeSlow(CHUNK)
  return slab
}
