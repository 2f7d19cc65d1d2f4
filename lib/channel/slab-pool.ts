/** Memory for frames, lent while something is in it, and used again. */
import { Slab } from './slab.js'

/** Bytes that frames are gathered to before they go. */
export const GATHERED = 64 * 1024
/**
 * Bytes that are received with one call: 64 KiB in frames of a power of two, with their headers. A slab that
 * stays in the CPU's cache is filled faster than a longer one.
 */
export const RECEIVED = 64 * 1024 + 128
/** A longer slab is not kept for others. */
export const KEPT = 2 * 1024 * 1024

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
    if (length > RECEIVED && length <= KEPT && length > (this.#free?.bytes.length ?? 0)) {
      this.#free = slab
    }
  }
}

/** For frames to send. */
export const gathering = new SlabPool(GATHERED, 8)
/** For frames that arrive. */
export const receiving = new SlabPool(RECEIVED, 8)
/** For frames that arrive and are longer than that. */
export const grown = new GrownSlab()
