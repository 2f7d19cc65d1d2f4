import { plainly, receiveBlocked } from '../answers.js'
import type { End } from '../end.js'
import { calls } from '../native.js'
import type { BLOCKED } from '../operation.js'

/** Bytes of a chunk, unless somebody says otherwise. */
export const CHUNK = 64 * 1024
/** A chunk that fills less of a slab is copied out: it would keep the rest alive, which would have to be cleared. */
const WORTH_A_SLAB = 3 / 4

/** V8 keeps so few bytes in the object itself, which is the quickest until native code asks where they are. */
const INSIDE = 64

let slab: Buffer | undefined

/** A copy for who has the chunk: in memory of its own, or among other chunks of the same end. */
export function copyOf(landed: Buffer, end: End): Buffer {
  const { length } = landed
  const copy = length <= INSIDE ? Buffer.allocUnsafeSlow(length) : end.memory(length)
  copy.set(landed)
  return copy
}

/**
 * Receives what is there into memory that is shared between all who receive here: the chunk is the caller's;
 * null at end-of-file.
 * @param copy makes the memory of a chunk that is not worth a slab
 */
export function receiveChunk<B extends Uint8Array>(
  end: End,
  copy: (landed: Buffer, end: End) => B,
  maxBytes: number = CHUNK,
): B | Buffer | null | typeof BLOCKED {
  const target = slab !== undefined && slab.length >= maxBytes ? slab : newSlab(maxBytes)
  const answer = calls.recv(end.id, target, 0, maxBytes)
  if (answer < 0) return receiveBlocked(answer)
  const landed = plainly(end, answer)
  if (landed === 0) return null
  end.bytesRead += landed
  if (landed < target.length * WORTH_A_SLAB) return copy(target.subarray(0, landed), end)
  if (target === slab) slab = undefined
  if (landed === target.length) return target
  // Behind it may lie what another end has received, or what was in the heap.
  return target.fill(0, landed).subarray(0, landed)
}

/** A slab of the usual size is kept for the next, too. */
function newSlab(maxBytes: number): Buffer {
  if (maxBytes > CHUNK) return Buffer.allocUnsafeSlow(maxBytes)
  slab = Buffer.allocUnsafeSlow(CHUNK)
  return slab
}
