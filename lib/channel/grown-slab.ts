/** Memory for a frame that arrives and is longer than a slab, used again. */
import type { Slab } from './slab.js'
import { SLAB } from './slab-pool.js'

/** A longer slab is not kept for others. */
export const KEPT = 2 * 1024 * 1024

/** The one slab that had to grow and that nobody uses just now: its pages are there, a new one's are not. */
class GrownSlab {
  #free: Slab | undefined

  /** Gives it if it has `least` bytes, and no other than `user` has given views of it to its caller. */
  take(least: number, user: object): Slab | undefined {
    const slab = this.#free
    if (slab === undefined || slab.bytes.length < least) return undefined
    if (slab.viewer !== undefined && slab.viewer !== user) return undefined
    this.#free = undefined
    return slab
  }

  give(slab: Slab): void {
    const { length } = slab.bytes
    if (length <= SLAB || length > KEPT) return
    const other = this.#free
    if (other === undefined || other.viewer !== undefined || length > other.bytes.length) {
      this.#free = slab
    }
  }
}

/** That of this thread. */
export const grown = new GrownSlab()
