// Frames as docs/channel-protocol.md has them, and what a hostile peer makes of them.

import { serialize } from 'node:v8'

/** @typedef {import('../../shared/random.js').Random} Random */
/** @typedef {'raw' | 'json' | 'v8' | 'custom'} Codec */

/**
 * @param {Buffer} body
 * @param {{ kind?: number, number?: number, descriptors?: number, extended?: boolean }} [header]
 */
export function frame(body, { kind = 0, number = 0, descriptors = 0, extended = kind > 0 } = {}) {
  const header = Buffer.alloc(extended ? 12 : 4)
  header.writeUInt32LE(body.length + (extended ? 2 ** 31 : 0))
  if (extended) {
    header.writeUInt16LE(descriptors, 4)
    header[6] = kind
    header.writeUInt32LE(number, 8)
  }
  return Buffer.concat([header, body])
}

/** What goes as one message of a socket, with its header. */
const LONGEST = 90_000

/**
 * A body that the codec can read, and the value that it stands for.
 *
 * @param {Random} random
 * @param {Codec} codec
 */
export function honestBody(random, codec) {
  if (codec === 'json' || codec === 'v8') {
    const value = { number: random.below(1000), text: 'h'.repeat(random.below(40)) }
    return codec === 'json' ? Buffer.from(JSON.stringify(value)) : serialize(value)
  }
  return Buffer.alloc(Math.min(random.length(), LONGEST), random.below(256))
}

/** Numbers that lengths like to be wrong about. */
const EDGES = [
  0,
  1,
  3,
  4,
  11,
  12,
  255,
  65_535,
  2 ** 24,
  2 ** 26,
  2 ** 30 - 1,
  2 ** 30,
  2 ** 31,
  2 ** 32 - 1,
]

/**
 * Bytes that are no frames, or frames that lie.
 *
 * @param {Random} random
 * @param {Buffer} bytes honest ones
 */
export function mutate(random, bytes) {
  let mutated = Buffer.from(bytes)
  for (let times = random.between(1, 3); times > 0; times--) {
    const at = random.below(mutated.length + 1)
    switch (random.below(7)) {
      case 0: {
        if (at < mutated.length) mutated[at] = random.below(256)
        break
      }
      case 1: {
        if (at < mutated.length)
          mutated[at] = /** @type {number} */ (mutated[at]) ^ (1 << random.below(8))
        break
      }
      case 2: {
        mutated = mutated.subarray(0, at)
        break
      }
      case 3: {
        const more = Buffer.alloc(random.below(40), random.below(256))
        mutated = Buffer.concat([mutated.subarray(0, at), more, mutated.subarray(at)])
        break
      }
      case 4: {
        const header = Buffer.alloc(4)
        header.writeUInt32LE(random.pick(EDGES))
        mutated = Buffer.concat([header, mutated.subarray(Math.min(4, mutated.length))])
        break
      }
      case 5: {
        mutated = Buffer.concat([mutated.subarray(0, at), mutated])
        break
      }
      default: {
        const length = random.pick([0, 1, 4, 8])
        const kind = random.pick([0, 1, 2, 3, 4, 255])
        const number = random.pick([0, 1, 2, 7, 2 ** 31, 2 ** 32 - 1])
        const lies = {
          kind,
          number,
          descriptors: random.pick([0, 1, 253, 254, 65_535]),
          extended: true,
        }
        mutated = Buffer.concat([mutated, frame(Buffer.alloc(length, 0x31), lies)])
      }
    }
  }
  return mutated
}
