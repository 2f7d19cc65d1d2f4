import { isUint8Array } from 'node:util/types'
import { checkWord, toBytes } from '../arguments.js'
import { invalidType, invalidValue } from '../errors.js'
import { v8 } from '../late-modules.js'
import { notDecoded } from './channel-errors.js'
import type { FrameReader } from './frame-reader.js'

/** Turns values into bytes and back, for {@link Channel}. */
export interface Codec<In = unknown, Out = In> {
  /** The bytes of a value. They are not changed, and must stay as they are until they are sent. */
  encode(value: Out): Uint8Array
  /** The value of bytes, which are the codec's to keep. */
  decode(bytes: Buffer): In
}

/** A codec as the channel uses it. */
export interface Coder {
  /** The body of a frame; a string goes as UTF-8. */
  encode(value: unknown): Uint8Array | string
  /** The value of the frame that `reader` has found. */
  decode(reader: FrameReader): unknown
  /** The value that is a view, if there is such a one: valid as long as the frame's memory is. */
  view?(reader: FrameReader): unknown
}

const raw: Coder = {
  encode: (value) => (typeof value === 'string' ? value : toBytes(value, 'value')),
  decode: (reader) => reader.ownBody(),
  view: (reader) => reader.body(),
}

const json: Coder = {
  encode(value) {
    const text = JSON.stringify(value)
    if (text === undefined)
      throw invalidValue('value', 'must be something that JSON can tell', value)
    return text
  },
  decode: (reader) => decoded('json', () => JSON.parse(reader.text())),
}

let coderOfV8: Coder | undefined

function makeV8(): Coder {
  const { serialize, deserialize } = v8()
  return {
    encode: (value) => serialize(value),
    // Its own memory: arrays and buffers in the value are views of it.
    decode: (reader) => decoded('v8', () => deserialize(reader.ownBody())),
  }
}

/** The names of the codecs that are built in. */
export const CODECS = ['raw', 'json', 'v8'] as const

/** The codec of an option. */
export function coderOf(codec: unknown): Coder {
  if (codec === undefined) return raw
  if (typeof codec !== 'object' || codec === null) {
    checkWord(codec, 'options.codec', CODECS)
    if (codec === 'v8') return (coderOfV8 ??= makeV8())
    return codec === 'json' ? json : raw
  }
  const { encode, decode } = codec as Partial<Codec>
  if (typeof encode !== 'function' || typeof decode !== 'function') {
    throw invalidType('options.codec', 'an object with the functions encode and decode', codec)
  }
  return {
    encode(value) {
      const bytes: unknown = Reflect.apply(encode, codec, [value])
      if (!isUint8Array(bytes)) {
        throw invalidType('options.codec.encode()', 'an instance of Buffer or Uint8Array', bytes)
      }
      return toBytes(bytes, 'options.codec.encode()')
    },
    decode: (reader) => present(Reflect.apply(decode, codec, [reader.ownBody()]), 'custom'),
  }
}

function decoded(codec: string, decode: () => unknown): unknown {
  let value
  try {
    value = decode()
  } catch (error) {
    throw notDecoded(codec, error)
  }
  return present(value, codec)
}

/** A value that would be taken for the end is none. */
function present(value: unknown, codec: string): unknown {
  if (value === null || value === undefined) throw notDecoded(codec, new Error(`it is ${value}`))
  return value
}
