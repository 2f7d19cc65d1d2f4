/**
 * Memory that is given away with what was received: whoever has a chunk has all of `chunk.buffer`, so nothing of
 * another socket, and nothing that was in the heap before, may lie there.
 */
import { workerThreads } from './late-modules.js'

/** From so many bytes on memory of their own costs little beside the copy. */
const OWN = 2048
/** Chunks in between share memory with others of the same socket, cleared before the first. */
const SHARED = 8192

/** What the small chunks of one socket lie in. */
export class GivenMemory {
  #memory: ArrayBuffer | undefined
  #used = 0

  /** For so many bytes, which the caller writes all, or clears. */
  take(bytes: number): Buffer {
    if (bytes >= OWN) return Buffer.allocUnsafeSlow(bytes)
    // Of a length of 0 it is detached: the owner of a chunk has taken it elsewhere.
    if (this.#memory === undefined || this.#used + bytes > this.#memory.byteLength) {
      this.#memory = new ArrayBuffer(SHARED)
      this.#used = 0
      keepHere(this.#memory)
    }
    const given = Buffer.from(this.#memory, this.#used, bytes)
    this.#used = (this.#used + bytes + 7) & ~7
    return given
  }
}

/** Transferring one chunk must not take the others along: it is copied, as one of Node's own pool. */
function keepHere(memory: ArrayBuffer): void {
  try {
    workerThreads().markAsUntransferable(memory)
  } catch {
    // A runtime that knows nothing of the kind.
  }
}
