/** Checks of what callers pass, before anything happened. */
import { isUint8Array } from 'node:util/types'
import type { BusyPoll } from './end.js'
import { invalidState, invalidType, invalidValue, outOfRange } from './errors.js'
import { byteLengthOf, isDetached, plain } from './typed-arrays.js'

export { byteLengthOf }

/** What every waiting operation can be told. */
export interface OperationOptions {
  /** Gives up waiting when it aborts; the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  /** Gives up waiting after so many milliseconds, with ETIMEDOUT; 0 tries once. */
  readonly timeout?: number | undefined
}

/**
 * What may end an operation early, as it was read from the caller's options: once, before anything happened.
 * A getter there can be different each time, or throw.
 */
export interface Limits {
  readonly signal: AbortSignal | undefined
  readonly timeout: number | undefined
}

/**
 * A buffer whose memory the kernel can be given.
 * @returns its length in bytes, which its own `length` need not be
 */
export function checkBuffer(buffer: unknown, name: string): number {
  if (!isUint8Array(buffer)) throw invalidType(name, 'an instance of Buffer or Uint8Array', buffer)
  const length = byteLengthOf(buffer)
  if (length === 0) checkAttached(buffer, name)
  return length
}

function checkAttached(view: Uint8Array, name: string): void {
  if (isDetached(view)) throw invalidState(`the memory of "${name}" is detached`)
}

/** Bytes to send, whose `length` can be believed: a string goes as UTF-8. */
export function toBytes(data: unknown, name: string): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, 'utf8')
  if (!isUint8Array(data)) {
    throw invalidType(name, 'a string or an instance of Buffer or Uint8Array', data)
  }
  if (byteLengthOf(data) === 0) checkAttached(data, name)
  return plain(data)
}

/** A list of what `each` checks, as an array of the package's own. */
export function checkList<T>(
  list: unknown,
  name: string,
  each: (entry: unknown, name: string) => T,
): T[] {
  if (!Array.isArray(list)) throw invalidType(name, 'an instance of Array', list)
  // All are taken before one is checked: reading the next can run the caller's code.
  return Array.from(list as unknown[]).map((entry, index) => each(entry, `${name}[${index}]`))
}

/** A buffer, for {@link checkList}: its `length` can be believed. */
export function toBuffer(buffer: unknown, name: string): Uint8Array {
  checkBuffer(buffer, name)
  return plain(buffer as Uint8Array)
}

/** Nothing or an object. */
export function checkOptions(options: unknown, name = 'options'): void {
  if (options !== undefined && (typeof options !== 'object' || options === null)) {
    throw invalidType(name, 'an object', options)
  }
}

/** A whole number from `least` to `most`. */
export function checkInteger(
  value: unknown,
  name: string,
  least: number,
  most: number,
): asserts value is number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value)
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value)
  if (value < least || value > most) throw outOfRange(name, `>= ${least} and <= ${most}`, value)
}

/** true or false. */
export function checkBoolean(value: unknown, name: string): asserts value is boolean {
  if (typeof value !== 'boolean') throw invalidType(name, 'of type boolean', value)
}

const LONGEST_SPIN = 10_000

/** `'auto'`, `false` or microseconds. */
export function checkBusyPoll(value: unknown, name: string): asserts value is BusyPoll {
  if (value === 'auto' || value === false) return
  if (typeof value !== 'number') throw invalidType(name, "'auto', false or of type number", value)
  checkInteger(value, name, 0, LONGEST_SPIN)
}

/** One of a few words. */
export function checkWord<W extends string>(
  value: unknown,
  name: string,
  words: readonly W[],
): asserts value is W {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value)
  if (!words.includes(value as W)) {
    throw invalidValue(name, `must be one of ${words.map((word) => `'${word}'`).join(', ')}`, value)
  }
}

/** Nothing or a signal. */
export function checkSignal(signal: unknown, name: string): void {
  if (signal !== undefined && !isAbortSignal(signal)) {
    throw invalidType(name, 'an instance of AbortSignal', signal)
  }
}

/** The signal and the timeout of an operation; undefined if there is neither. Each is read once. */
export function limitsOf(options: OperationOptions | undefined): Limits | undefined {
  if (options === undefined) return undefined
  checkOptions(options)
  const { signal, timeout } = options
  checkSignal(signal, 'options.signal')
  if (timeout === undefined) return signal && { signal, timeout }
  if (typeof timeout !== 'number') throw invalidType('options.timeout', 'of type number', timeout)
  if (!(timeout >= 0)) throw outOfRange('options.timeout', '>= 0', timeout)
  return { signal, timeout }
}

function isAbortSignal(value: unknown): value is AbortSignal {
  return (
    typeof value === 'object' &&
    value !== null &&
    'aborted' in value &&
    typeof (value as AbortSignal).addEventListener === 'function'
  )
}
