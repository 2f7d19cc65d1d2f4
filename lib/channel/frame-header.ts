/**
 * The header of a frame, as docs/channel-protocol.md has it: a little-endian word with the length of the
 * body, and behind it, if the word says so, eight bytes more.
 */

/** Bytes of a plain header. */
export const HEADER = 4
/** Bytes of an extended one. */
export const EXTENDED = 12

/** The bits of the word that are the body's length. */
export const LENGTH = 0x3fff_ffff
/** The longest body that a header can tell. */
export const LONGEST = LENGTH
/** Set in the word when the header is an extended one. */
export const EXTENSION = 0x8000_0000
/** Never set: a word of ASCII letters has it, so text is soon found out. */
export const RESERVED = 0x4000_0000

/** Where the fields of an extended header lie. */
export const FIELD = { descriptors: 4, kind: 6, zero: 7, id: 8 } as const

/** What a frame is. */
export const KIND = { message: 0, request: 1, reply: 2, failure: 3 } as const

/** Of {@link KIND}. */
export type Kind = (typeof KIND)[keyof typeof KIND]

/** What an extended header tells besides the length. */
export interface Extension {
  readonly descriptors: number
  readonly kind: Kind
  /** Which request it is, or is the answer to; 0 of a message. */
  readonly id: number
}

/** Writes a header; gives its length. */
export function writeHeader(
  data: DataView,
  at: number,
  length: number,
  extension?: Extension,
): number {
  if (extension === undefined) {
    data.setUint32(at, length, true)
    return HEADER
  }
  data.setUint32(at, (EXTENSION | length) >>> 0, true)
  data.setUint16(at + FIELD.descriptors, extension.descriptors, true)
  data.setUint8(at + FIELD.kind, extension.kind)
  data.setUint8(at + FIELD.zero, 0)
  data.setUint32(at + FIELD.id, extension.id, true)
  return EXTENDED
}

/** The length of a frame's header and body, by its word. */
export function frameLength(word: number): number {
  return (word & EXTENSION ? EXTENDED : HEADER) + (word & LENGTH)
}
