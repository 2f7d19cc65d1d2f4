/** Memory for frames, lent while something is in it, and used again. */
import { Slab } from './slab.js'

/** Bytes that frames are gathered to before they go. */
export const GATHERED = 64 * 1024
/**
 * Bytes of a slab: so much in frames of a power of two, with their headers. One that stays in the CPU's cache
 * is filled faster than a longer one.
 */
export const SLAB = GATHERED + 128
/** A longer slab is not kept for others. */
export const KEPT = 2 * 1024 * 1024

/** Slabs that nobody uses just now: a few, since the many that wait need none. */
class SlabPool {
  readonly #most: number
  readonly #free: Slab[] = []

  constructor(most: number) {
    this.#most = most
  }

  take(): Slab {
    return this.#free.pop() ?? new Slab(SLAB)
  }

  give(slab: Slab): void {
    if (slab.bytes.length === SLAB && this.#free.length < this.#most) this.#free.push(slab)
  }
}

/** The one slab that had to grow and that nobody uses just now: its pages are there, a new one's are not. */
class GrownSlab {
  #free: Slab | undefined

  /** Gives it if it has `least` bytes. */
  take(least: number): Slab | undefined {
    const slab = this.#free
    if (slab === undefined || slab.bytes.length < least) return undefined
    this.#free = undefined
    return slab
  }

  give(slab: Slab): void {
    const { length } = slab.bytes
    if (length > SLAB && length <= KEPT && length > (this.#free?.bytes.length ?? 0)) {
      this.#free = slab
    }
  }
}

/** For frames to send, and those that arrive. */
export const slabs = new SlabPool(16)
/** For a frame that arrives and is longer than those. */
export const grown = new GrownSlab()
