/**
 * What the engine knows of a view. A subclass, or a property of the view's own, can give any `length`,
 * `buffer` or `subarray`; the getters of %TypedArray% can't be fooled. They are taken at import.
 */
const { prototype } = Object.getPrototypeOf(Uint8Array) as { prototype: object }
const BYTES: unknown = Uint8Array.prototype
const BUFFER: unknown = Buffer.prototype

const Bytes = Uint8Array
const { getPrototypeOf } = Object
const uncurry = Function.prototype.bind.bind(Function.prototype.call) as <T>(
  method: unknown,
) => (self: unknown, ...args: unknown[]) => T

function getter<T>(name: string): (view: Uint8Array) => T {
  return uncurry<T>(Object.getOwnPropertyDescriptor(prototype, name)?.get)
}

/** Its length in bytes; 0 if its memory is detached. */
export const byteLengthOf: (view: Uint8Array) => number = getter('length')

const bufferOf = getter<ArrayBuffer>('buffer')
const byteOffsetOf = getter<number>('byteOffset')
const hasOwn = uncurry<boolean>(Object.prototype.hasOwnProperty)
const at = uncurry<number | undefined>(Uint8Array.prototype.at)

/** Whether its memory is detached, or it lies out of the bounds of memory that was made smaller. */
export function isDetached(view: Uint8Array): boolean {
  if (byteLengthOf(view) > 0) return false
  // It looks like an empty view; only methods tell them apart.
  try {
    at(view, 0)
    return false
  } catch {
    return true
  }
}

/** `view`, if its `length` can only be the true one; else a plain view of the same memory. */
export function plain(view: Uint8Array): Uint8Array {
  const its: unknown = getPrototypeOf(view)
  if ((its === BUFFER || its === BYTES) && !hasOwn(view, 'length')) return view
  return new Bytes(bufferOf(view), byteOffsetOf(view), byteLengthOf(view))
}

/** A plain view of the bytes from `begin` on, up to `end` where there is one. */
export function part(
  view: Uint8Array,
  begin: number,
  end: number = byteLengthOf(view),
): Uint8Array {
  return new Bytes(bufferOf(view), byteOffsetOf(view) + begin, end - begin)
}
