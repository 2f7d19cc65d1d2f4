/** Memory for frames, lent while something is in it, and used again. */
import { Slab } from './slab.js'

/** Bytes that frames are gathered to before they go. */
export const GATHERED = 64 * 1024
/** Bytes that are received with one call. */
export const RECEIVED = 256 * 1024

/** Slabs of one length that nobody uses just now: a few, since the many that wait need none. */
class SlabPool {
  readonly #length: number
  readonly #most: number
  readonly #free: Slab[] = []

  constructor(length: number, most: number) {
    this.#length = length
    this.#most = most
  }

  take(): Slab {
    return this.#free.pop() ?? new Slab(this.#length)
  }

  give(slab: Slab): void {
    if (slab.bytes.length === this.#length && this.#free.length < this.#most) this.#free.push(slab)
  }
}

/** For frames to send. */
export const gathering = new SlabPool(GATHERED, 8)
/** For frames that arrive. */
export const receiving = new SlabPool(RECEIVED, 4)
