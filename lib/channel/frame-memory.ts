import { invalidState } from '../errors.js'
import { EXTENDED, HEADER } from './frame-header.js'
import { grown, KEPT } from './grown-slab.js'
import { Slab } from './slab.js'
import { SLAB, slabs } from './slab-pool.js'
import { viewedSlabs } from './viewed-slabs.js'

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
  /** Views of a slab of this memory may be in use. */
  #viewed = false

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
    this.#give(this.slab)
    this.slab = undefined
  }

  /** What comes next goes to other memory: views that were given stay as they are. */
  leaveViews(): void {
    if (!this.#viewed) return
    this.#viewed = false
    viewedSlabs.take(this)
    const { slab, start, end } = this
    // What was detached is found out by the receive that needs it.
    if (slab?.viewer !== this || slab.bytes.length < end) return
    const other = this.#slabFor(end - start)
    other.bytes.set(slab.bytes.subarray(start, end))
    this.#turnTo(other)
  }

  /** The slab, of which the caller gets views: from here on no other uses it, and nothing of others is in it. */
  protected lend(): Slab {
    const slab = this.slab as Slab
    if (slab.viewer !== this) {
      slab.viewer = this
      slab.bytes.fill(0, this.end)
    }
    this.#viewed = true
    return slab
  }

  /**
   * The slab, whose memory is as it was.
   * @throws ERR_INVALID_STATE it is detached, and what was in it is lost
   */
  protected sound(): Slab {
    const slab = this.slab as Slab
    if (slab.bytes.length >= this.end && slab.bytes.length > 0) return slab
    if (this.start < this.end) {
      throw invalidState(
        'a view of recvMany() was transferred, and with it what had arrived behind it',
      )
    }
    this.#turnTo(slabs.take())
    return this.slab as Slab
  }

  /** These bytes in memory of their own: a copy, or the slab's own where they are most of it. */
  protected own(from: number, to: number): Buffer {
    const slab = this.slab as Slab
    const view = slab.bytes.subarray(from, to)
    // The caller may be about to read views of it, and it is not for others.
    if (slab.viewer !== undefined) return Buffer.from(view)
    if (view.length < WORTH_A_SLAB || view.length * 2 < slab.bytes.length) return Buffer.from(view)
    const rest = slab.bytes.subarray(this.start, this.end)
    if (rest.length > SLAB) return Buffer.from(view)
    const fresh = rest.length === 0 ? undefined : this.#take()
    fresh?.bytes.set(rest)
    this.#turnTo(fresh)
    // What else is in it is not the receiver's.
    slab.bytes.fill(0, 0, from).fill(0, to)
    return view
  }

  #take(): Slab {
    return (this.#viewed ? viewedSlabs.take(this) : undefined) ?? slabs.take()
  }

  #give(slab: Slab): void {
    if (slab.bytes.length !== SLAB) grown.give(slab)
    else if (slab.viewer === undefined) slabs.give(slab)
    else if (slab.viewer === this) viewedSlabs.give(this, slab)
  }

  #slabFor(bytes: number): Slab {
    return bytes > SLAB ? new Slab(bytes) : slabs.take()
  }

  /** What was not found yet is in this slab now, from its beginning. */
  #turnTo(slab: Slab | undefined): void {
    this.end -= this.start
    this.base += this.start
    this.start = 0
    this.slab = slab
  }

  /** What is here goes to the front of a slab: of a longer one, where that claims no memory anew. */
  #arrange(): Slab {
    this.slab ??= this.#take()
    const slab = this.sound()
    const { start, end } = this
    if (start > 0) {
      if (start < end) slab.bytes.copyWithin(0, start, end)
      this.base += start
      this.end = end - start
      this.start = 0
      if (start === end && slab.bytes.length > KEPT) return (this.slab = this.#take())
    }
    const wanted = this.needed + HEADER
    if (wanted <= slab.bytes.length) return slab
    const other = grown.take(wanted, this)
    if (other !== undefined) this.#move(other)
    else if (this.needed - EXTENDED <= Math.min(this.longest, TRUSTED)) this.#grow(wanted)
    return this.slab
  }

  #grow(length: number): number {
    return this.#move(grown.take(length, this) ?? new Slab(length))
  }

  #move(to: Slab): number {
    const from = this.slab as Slab
    to.bytes.set(from.bytes.subarray(0, this.end))
    this.#give(from)
    this.slab = to
    return to.bytes.length - this.end
  }
}
