/** Memory that frames are gathered and received in: lent while something is in it, and used again. */

/** Bytes that frames are gathered to before they go. */
export const GATHERED = 64 * 1024
/** Bytes that are received with one call. */
export const RECEIVED = 256 * 1024

/** One piece of that memory. */
export class Slab {
  readonly bytes: Buffer
  readonly data: DataView

  constructor(length: number) {
    // Slow, so that it is alone in its memory, and no pool shows it to others.
    this.bytes = Buffer.allocUnsafeSlow(length)
    this.data = new DataView(this.bytes.buffer, this.bytes.byteOffset, length)
  }
}

/** Slabs of one length that nobody uses just now: a few, since the many that wait need none. */
export class SlabPool {
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
