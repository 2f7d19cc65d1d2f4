import { EXTENDED, HEADER } from './frame-header.js'
import { grown, KEPT } from './grown-slab.js'
import { Slab } from './slab.js'
import { SLAB, slabs } from './slab-pool.js'

/** Of a frame at least this long no more is received than its end, and what is likely to end behind it. */
const LONG = 4096
/** So much is reserved at once for a frame, where one as long has come already. */
const TRUSTED = 16 * 1024 * 1024
/** A body at least this long, and half of its slab, becomes its receiver's together with the slab. */
const WORTH_A_SLAB = 32 * 1024

/**
 * The memory that frames arrive in: a slab, and in it from `start` to `end` what belongs to no frame yet that
 * was found. It does no I/O: who receives asks for room, and says by {@link landed} how much came.
 *
 * The slab grows as bytes arrive, to twice of what is there, or to what was needed before: what a header
 * claims reserves nothing.
 */
export class FrameMemory {
  protected slab: Slab | undefined
  protected start = 0
  /** Where the next bytes go: behind `end` of {@link bytes}. */
  end = 0
  /** The place in the whole stream of the slab's first byte. */
  protected base = 0
  /** Bytes that the frame at `start` needs, as far as is known. */
  protected needed: number = HEADER
  /** The longest frame that came whole. */
  protected longest = 0

  /** Bytes that are here and belong to no frame yet that was found. */
  get buffered(): number {
    return this.end - this.start
  }

  /** The place in the whole stream of the next byte to arrive. */
  get arriving(): number {
    return this.base + this.end
  }

  /** The memory that frames lie in. */
  get bytes(): Buffer {
    return (this.slab as Slab).bytes
  }

  /**
   * Makes room for more, at least `least` bytes; what was found before is invalid then.
   * @returns how many bytes may be received
   */
  room(least: number): number {
    const { bytes } = this.#arrange()
    const free = bytes.length - this.end
    if (free >= least) return free
    return this.#grow(Math.max(this.end + least, Math.min(this.needed, bytes.length * 2)))
  }

  /**
   * Makes room as {@link room}, where it is free to say how much to receive: of long frames what ends behind
   * the header of a later one, so that few bytes have to be moved before the rest of that one comes.
   */
  roomToRead(): number {
    const { bytes } = this.#arrange()
    const { needed } = this
    let free = bytes.length - this.end
    if (needed < LONG) return Math.min(free, SLAB)
    const wanted = needed + HEADER
    if (free === 0) free = this.#grow(Math.min(wanted, bytes.length * 2))
    const lacks = wanted - this.end
    if (lacks >= free) return free
    // Frames of one length come in a row, as a rule.
    const more = Math.max(Math.min(free, SLAB) - lacks, 0)
    return lacks + more - (more % needed)
  }

  /** So many bytes came. */
  landed(bytes: number): void {
    this.end += bytes
  }

  /** Nothing came and nothing is here: others may use the slab meanwhile. */
  rest(): void {
    if (this.slab === undefined || this.start !== this.end) return
    this.base += this.start
    this.start = this.end = 0
    give(this.slab)
    this.slab = undefined
  }

  /** These bytes in memory of their own: a copy, or the slab's own where they are most of it. */
  protected own(from: number, to: number): Buffer {
    const slab = this.slab as Slab
    const view = slab.bytes.subarray(from, to)
    if (view.length < WORTH_A_SLAB || view.length * 2 < slab.bytes.length) return Buffer.from(view)
    const rest = this.end - this.start
    const fresh = rest === 0 ? undefined : slabs.take()
    if (fresh !== undefined && rest > fresh.bytes.length) {
      slabs.give(fresh)
      return Buffer.from(view)
    }
    fresh?.bytes.set(slab.bytes.subarray(this.start, this.end))
    this.base += this.start
    this.start = 0
    this.end = rest
    this.slab = fresh
    return view
  }

  /** What is here goes to the front of a slab: of a longer one, where that claims no memory anew. */
  #arrange(): Slab {
    const slab = (this.slab ??= slabs.take())
    const { start, end } = this
    if (start > 0) {
      if (start < end) slab.bytes.copyWithin(0, start, end)
      this.base += start
      this.end = end - start
      this.start = 0
      if (start === end && slab.bytes.length > KEPT) return (this.slab = slabs.take())
    }
    const wanted = this.needed + HEADER
    if (wanted <= slab.bytes.length) return slab
    const other = grown.take(wanted)
    if (other !== undefined) this.#move(other)
    else if (this.needed - EXTENDED <= Math.min(this.longest, TRUSTED)) this.#grow(wanted)
    return this.slab
  }

  #grow(length: number): number {
    return this.#move(grown.take(length) ?? new Slab(length))
  }

  #move(to: Slab): number {
    const from = this.slab as Slab
    to.bytes.set(from.bytes.subarray(0, this.end))
    give(from)
    this.slab = to
    return to.bytes.length - this.end
  }
}

function give(slab: Slab): void {
  if (slab.bytes.length === SLAB) slabs.give(slab)
  else grown.give(slab)
}
