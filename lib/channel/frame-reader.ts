import { badFrame, messageTooLarge } from './channel-errors.js'
import { EXTENDED, FIELD, HEADER, KIND, LENGTH, RESERVED } from './frame-header.js'
import { FrameMemory } from './frame-memory.js'
import type { Slab } from './slab.js'

/** The frames that arrive: where in the memory the next one lies, and what its header tells. */
export class FrameReader extends FrameMemory {
  readonly #most: number
  /** The frame that {@link next} found. */
  kind: number = KIND.message
  id = 0
  descriptors = 0
  frameStart = 0
  bodyStart = 0
  bodyEnd = 0

  /** @param most the longest body that is taken */
  constructor(most: number) {
    super()
    this.#most = most
  }

  /** The place in the whole stream of the frame that was just found. */
  get position(): number {
    return this.base + this.frameStart
  }

  /** The place in the whole stream behind that frame. */
  get positionBehind(): number {
    return this.base + this.bodyEnd
  }

  /**
   * Finds the next frame, and goes behind it; false if it is not here whole.
   * @throws ERR_BAD_FRAME; ERR_MESSAGE_TOO_LARGE
   */
  next(): boolean {
    const start = this.start
    const have = this.end - start
    if (have < HEADER) {
      this.needed = HEADER
      return false
    }
    const { bytes } = this.sound()
    const word =
      (bytes[start] as number) |
      ((bytes[start + 1] as number) << 8) |
      ((bytes[start + 2] as number) << 16) |
      ((bytes[start + 3] as number) << 24)
    if (word >>> 0 <= this.#most) {
      const bodyStart = start + HEADER
      const bodyEnd = bodyStart + word
      if (bodyEnd > this.end) {
        this.needed = HEADER + word
        return false
      }
      if (word > this.longest) this.longest = word
      this.kind = KIND.message
      this.descriptors = 0
      this.frameStart = start
      this.bodyStart = bodyStart
      this.start = this.bodyEnd = bodyEnd
      return true
    }
    return this.#extended(word, start, have)
  }

  /** Goes back before the frame that was just found. */
  back(): void {
    this.start = this.frameStart
  }

  /** The body of the frame that was just found, as a view. */
  body(): Buffer {
    const { memory } = this.lend()
    return Buffer.from(memory, this.bodyStart, this.bodyEnd - this.bodyStart)
  }

  /** The same in memory of its own: a copy, or the slab's own when the body is most of it. */
  ownBody(): Buffer {
    return this.own(this.bodyStart, this.bodyEnd)
  }

  /** The same as UTF-8. */
  text(): string {
    return this.bytes.toString('utf8', this.bodyStart, this.bodyEnd)
  }

  #extended(word: number, start: number, have: number): boolean {
    const length = word & LENGTH
    if ((word & RESERVED) !== 0) throw badFrame('its reserved bit is set')
    if (length > this.#most) throw messageTooLarge(length, this.#most)
    if (have < EXTENDED) {
      this.needed = EXTENDED + length
      return false
    }
    const { data } = this.slab as Slab
    const kind = data.getUint8(start + FIELD.kind)
    if (kind > KIND.failure) throw badFrame(`there is no kind ${kind}`)
    if (data.getUint8(start + FIELD.zero) !== 0) throw badFrame('its last byte of zero is not')
    const bodyStart = start + EXTENDED
    const bodyEnd = bodyStart + length
    if (bodyEnd > this.end) {
      this.needed = EXTENDED + length
      return false
    }
    if (length > this.longest) this.longest = length
    this.kind = kind
    this.id = data.getUint32(start + FIELD.id, true)
    this.descriptors = data.getUint16(start + FIELD.descriptors, true)
    this.frameStart = start
    this.bodyStart = bodyStart
    this.start = this.bodyEnd = bodyEnd
    return true
  }
}
