// Bytes that know their place: any stretch of them can be checked by its offset.

const PERIOD = 65_521
const LONGEST = 1 << 20

/** @type {Buffer} */
const pattern = Buffer.alloc(PERIOD + LONGEST)
for (let at = 0; at < pattern.length; at++)
  pattern[at] = (Math.imul(at % PERIOD, 40_503) >>> 7) & 0xff

/**
 * The bytes from `offset` on.
 *
 * @param {number} offset
 * @param {number} length at most 1 MiB
 */
export function contentAt(offset, length) {
  const from = offset % PERIOD
  return pattern.subarray(from, from + length)
}

/** Checks what arrives, stretch by stretch. */
export class Arrived {
  bytes = 0

  /** @param {Uint8Array} stretch */
  take(stretch) {
    for (let at = 0; at < stretch.length; at += LONGEST) {
      const part = stretch.subarray(at, at + LONGEST)
      if (Buffer.compare(part, contentAt(this.bytes, part.length)) !== 0) {
        throw new Error(`the ${part.length} bytes from ${this.bytes} on are not what was sent`)
      }
      this.bytes += part.length
    }
  }

  /** @param {number} sent */
  end(sent) {
    if (this.bytes !== sent) throw new Error(`${this.bytes} bytes arrived, ${sent} were sent`)
    return sent
  }
}
