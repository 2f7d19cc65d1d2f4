import { badFrame, messageTooLarge } from './channel-errors.js'
import { EXTENDED, FIELD, HEADER, KIND, LENGTH, RESERVED } from './frame-header.js'
import { Slab } from './slab.js'
import { receiving } from './slab-pool.js'

/** A slab that had to grow is given up when it is empty and longer than this. */
const KEPT = 2 * 1024 * 1024
/** Of a frame that lacks more than this, no more is received at once than it lacks: the next one moves less. */
const LARGE = 64 * 1024
/** A body at least this long, and half of its slab, becomes its receiver's together with the slab. */
const WORTH_A_SLAB = 64 * 1024

/**
 * The frames that arrive: bytes in a slab, and where in them the next frame lies. It does no I/O: who
 * receives asks for room, and says by {@link landed} how much came.
 *
 * The slab is the reader's own and grows as bytes arrive, at most to twice of what is there: what a header
 * claims reserves nothing.
 */
export class FrameReader {
  readonly #most: number
  #slab: Slab | undefined
  #start = 0
  #end = 0
  /** The place in the whole stream of the slab's first byte. */
  #base = 0
  /** Bytes that the frame at `#start` needs, as far as is known. */
  #needed = HEADER
  /** The frame that {@link next} found. */
  kind: number = KIND.message
  id = 0
  descriptors = 0
  frameStart = 0
  bodyStart = 0
  bodyEnd = 0

  /** @param most the longest body that is taken */
  constructor(most: number) {
    this.#most = most
  }

  /** Bytes that are here and belong to no frame yet that was found. */
  get buffered(): number {
    return this.#end - this.#start
  }

  /** The place in the whole stream of the frame that was just found. */
  get position(): number {
    return this.#base + this.frameStart
  }

  /** The place in the whole stream behind that frame. */
  get positionBehind(): number {
    return this.#base + this.bodyEnd
  }

  /** The place in the whole stream of the next byte to arrive. */
  get arriving(): number {
    return this.#base + this.#end
  }

  /** The memory that frames lie in. */
  get bytes(): Buffer {
    return (this.#slab as Slab).bytes
  }

  /** Where the next bytes go: behind `end` of {@link bytes}. */
  get end(): number {
    return this.#end
  }

  /**
   * Makes room for more, at least `least` bytes; what was found before is invalid then.
   * @returns how many bytes may be received
   */
  room(least = 1): number {
    const have = this.#end - this.#start
    let slab = this.#slab
    if (slab === undefined) {
      slab = this.#slab = receiving.take()
    } else if (have === 0 && slab.bytes.length > KEPT) {
      slab = this.#slab = receiving.take()
      this.#moved()
    } else if (this.#start > 0) {
      slab.bytes.copyWithin(0, this.#start, this.#end)
      this.#moved()
    }
    const lacks = this.#needed - have
    if (slab.bytes.length - this.#end < least) {
      const twice = slab.bytes.length * 2
      slab = this.#grow(Math.max(this.#end + least, Math.min(this.#needed, twice)))
    } else if (this.#end === slab.bytes.length) {
      slab = this.#grow(Math.min(this.#needed, slab.bytes.length * 2))
    }
    const free = slab.bytes.length - this.#end
    return lacks > LARGE && least === 1 ? Math.min(free, lacks) : free
  }

  /** So many bytes came. */
  landed(bytes: number): void {
    this.#end += bytes
  }

  /** Nothing came and nothing is here: others may use the slab meanwhile. */
  rest(): void {
    if (this.#slab === undefined || this.#start !== this.#end) return
    this.#base += this.#start
    this.#start = this.#end = 0
    receiving.give(this.#slab)
    this.#slab = undefined
  }

  /**
   * Finds the next frame, and goes behind it; false if it is not here whole.
   * @throws ERR_BAD_FRAME; ERR_MESSAGE_TOO_LARGE
   */
  next(): boolean {
    const start = this.#start
    const have = this.#end - start
    if (have < HEADER) {
      this.#needed = HEADER
      return false
    }
    const { bytes } = this.#slab as Slab
    const word =
      (bytes[start] as number) |
      ((bytes[start + 1] as number) << 8) |
      ((bytes[start + 2] as number) << 16) |
      ((bytes[start + 3] as number) << 24)
    if (word >>> 0 <= this.#most) {
      const bodyStart = start + HEADER
      const bodyEnd = bodyStart + word
      if (bodyEnd > this.#end) {
        this.#needed = HEADER + word
        return false
      }
      this.kind = KIND.message
      this.descriptors = 0
      this.frameStart = start
      this.bodyStart = bodyStart
      this.#start = this.bodyEnd = bodyEnd
      return true
    }
    return this.#extended(word, start, have)
  }

  /** Goes back before the frame that was just found. */
  back(): void {
    this.#start = this.frameStart
  }

  /** The body of the frame that was just found, as a view. */
  body(): Buffer {
    return this.bytes.subarray(this.bodyStart, this.bodyEnd)
  }

  /** The same in memory of its own: a copy, or the slab's own when the body is most of it. */
  ownBody(): Buffer {
    const slab = this.#slab as Slab
    const view = slab.bytes.subarray(this.bodyStart, this.bodyEnd)
    if (view.length < WORTH_A_SLAB || view.length * 2 < slab.bytes.length) return Buffer.from(view)
    const rest = this.#end - this.#start
    const fresh = rest === 0 ? undefined : receiving.take()
    if (fresh !== undefined && rest > fresh.bytes.length) {
      receiving.give(fresh)
      return Buffer.from(view)
    }
    fresh?.bytes.set(slab.bytes.subarray(this.#start, this.#end))
    this.#base += this.#start
    this.#start = 0
    this.#end = rest
    this.#slab = fresh
    return view
  }

  #extended(word: number, start: number, have: number): boolean {
    const length = word & LENGTH
    if ((word & RESERVED) !== 0) throw badFrame('its reserved bit is set')
    if (length > this.#most) throw messageTooLarge(length, this.#most)
    if (have < EXTENDED) {
      this.#needed = EXTENDED
      return false
    }
    const { data } = this.#slab as Slab
    const kind = data.getUint8(start + FIELD.kind)
    if (kind > KIND.failure) throw badFrame(`there is no kind ${kind}`)
    if (data.getUint8(start + FIELD.zero) !== 0) throw badFrame('its last byte of zero is not')
    const bodyStart = start + EXTENDED
    const bodyEnd = bodyStart + length
    if (bodyEnd > this.#end) {
      this.#needed = EXTENDED + length
      return false
    }
    this.kind = kind
    this.id = data.getUint32(start + FIELD.id, true)
    this.descriptors = data.getUint16(start + FIELD.descriptors, true)
    this.frameStart = start
    this.bodyStart = bodyStart
    this.#start = this.bodyEnd = bodyEnd
    return true
  }

  #grow(length: number): Slab {
    const slab = new Slab(length)
    slab.bytes.set((this.#slab as Slab).bytes.subarray(0, this.#end))
    receiving.give(this.#slab as Slab)
    this.#slab = slab
    return slab
  }

  #moved(): void {
    this.#base += this.#start
    this.#end -= this.#start
    this.#start = 0
  }
}
