/** Memory for frames, lent while something is in it, and used again. */
import { Slab } from './slab.js'

/** Bytes that frames are gathered to before they go. */
export const GATHERED = 64 * 1024
/**
 * Bytes of a slab: so much in frames of a power of two, with their headers. One that stays in the CPU's cache
 * is filled faster than a longer one.
 */
export const SLAB = GATHERED + 128
/** Slabs that nobody uses just now: a few, since the many that wait need none. */
class SlabPool {
  readonly #most: number
  readonly #free: Slab[] = []

  constructor(most: number) {
    this.#most = most
  }

  take(): Slab {
    for (let slab = this.#free.pop(); slab !== undefined; slab = this.#free.pop()) {
      // Its memory must not have been transferred meanwhile.
      if (slab.bytes.length === SLAB) return slab
    }
    return new Slab(SLAB)
  }

  give(slab: Slab): void {
    if (slab.bytes.length === SLAB && this.#free.length < this.#most) this.#free.push(slab)
  }
}

/** For frames to send, and those that arrive. */
export const slabs = new SlabPool(16)
