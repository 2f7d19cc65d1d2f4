/** Bytes to send, and what tells whether they arrived. */
import { createHash, randomBytes } from 'node:crypto'

export { randomBytes }

/** A hash, for amounts that a failed comparison should not print. */
export function hashOf(...pieces: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

/** `data` in pieces of `size` bytes, as views of the same memory. */
export function cut(data: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let offset = 0; offset < data.length; offset += size) {
    pieces.push(data.subarray(offset, offset + size))
  }
  return pieces
}
