/** Values that an argument must refuse, by what it takes. */

const SHOWN = Symbol('a symbol')

const except = (...types: readonly string[]): unknown[] =>
  [null, true, 1, 1n, 'x', SHOWN, {}, Object.create(null), [], () => {}].filter(
    (value) =>
      !types.includes(Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value),
  )

/** What is no number. */
export const NOT_A_NUMBER = except('number')
/** What is no boolean. */
export const NOT_A_BOOLEAN = except('boolean')
/** What is no string. */
export const NOT_A_STRING = except('string')
/** What options can't be. */
export const NOT_OPTIONS = except('object', 'array')
/** What is no list. */
export const NOT_A_LIST = [...except('array'), new Uint8Array(4)]
/** What is no memory for bytes. */
export const NOT_A_BUFFER = [
  undefined,
  ...except(),
  new ArrayBuffer(4),
  new SharedArrayBuffer(4),
  new DataView(new ArrayBuffer(4)),
  new Uint16Array(4),
  new Int8Array(4),
  new Uint8ClampedArray(4),
]
/** What can't be sent: bytes can come as a string too. */
export const NOT_DATA = NOT_A_BUFFER.filter((value) => typeof value !== 'string')
/** Numbers that are no whole ones. */
export const NOT_WHOLE = [1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
/** Numbers that are no count of bytes. */
export const NOT_A_SIZE = [...NOT_WHOLE, -1, 2 ** 31, Number.MAX_SAFE_INTEGER]
/** Numbers that have no 32 bits. */
export const NOT_32_BITS = [...NOT_WHOLE, 2 ** 32, -(2 ** 31) - 1]
/** Options of an operation, each with the code that refuses them. */
export const WRONG_OPERATION_OPTIONS: readonly (readonly [unknown, string])[] = [
  ...NOT_OPTIONS.map((options) => [options, 'ERR_INVALID_ARG_TYPE'] as const),
  ...NOT_A_NUMBER.map((timeout) => [{ timeout }, 'ERR_INVALID_ARG_TYPE'] as const),
  ...[-1, Number.NaN, Number.NEGATIVE_INFINITY].map(
    (timeout) => [{ timeout }, 'ERR_OUT_OF_RANGE'] as const,
  ),
  ...[...except(), { aborted: false }].map(
    (signal) => [{ signal }, 'ERR_INVALID_ARG_TYPE'] as const,
  ),
]
