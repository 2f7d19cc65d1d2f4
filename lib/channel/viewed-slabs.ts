/**
 * Slabs of which a channel has given views to its caller. Such a view can be read, written or transferred after
 * its time, so the slab is never used for the bytes of another channel.
 */
import type { Slab } from './slab.js'
import { SLAB } from './slab-pool.js'

/** So many channels that wait have theirs kept. */
const MOST = 64

class ViewedSlabs {
  readonly #slabs = new Map<object, Slab>()

  /** That of this user, if it is still kept and sound. */
  take(user: object): Slab | undefined {
    const slab = this.#slabs.get(user)
    if (slab === undefined) return undefined
    this.#slabs.delete(user)
    return slab.bytes.length === SLAB ? slab : undefined
  }

  /** Keeps it, in place of that which waits for the longest time. */
  give(user: object, slab: Slab): void {
    if (slab.bytes.length !== SLAB) return
    this.#slabs.set(user, slab)
    if (this.#slabs.size <= MOST) return
    const [longest] = this.#slabs.keys()
    if (longest !== undefined) this.#slabs.delete(longest)
  }
}

/** Those of this thread. */
export const viewedSlabs = new ViewedSlabs()
