import { inspect } from 'node:util'
import { available, binding, OUT_OF_BOUNDS } from './native.js'
import { plainError } from './plain-errors.js'

/**
 * What every failure of the system looks like: an `Error` with the name of the errno, its number negated
 * as Node does, and the system call that failed. The message is `EPIPE: broken pipe, sendmsg`.
 */
export interface SystemError extends Error {
  /** The errno by name, `'EPIPE'`. */
  code: string
  /** The errno, negated: `-32`. */
  errno: number
  /** The system call: `'sendmsg'`. */
  syscall: string
  /** On a stream write that failed, was aborted or timed out: the bytes that the kernel had taken. */
  bytesWritten?: number
  /** On `readExactly()`: the bytes that had landed in the buffer. */
  bytesRead?: number
  /** On `sendMany()`: the messages that the kernel had taken. */
  messagesSent?: number
  /** Of a descriptor in `fds` that is not open: its place in the list. */
  index?: number
  /** On `sendMany()`, of such a descriptor: the place of its message. */
  messageIndex?: number
  /** On `relay()`: the bytes that it had delivered to its second end. */
  aToB?: number
  /** On `relay()`: the bytes that it had delivered to its first end. */
  bToA?: number
}

const numbers = new Map<string, number>()

function numberOf(code: string): number {
  if (numbers.size === 0) {
    for (const entry of binding.errnoTable()) numbers.set(entry.code, entry.errno)
  }
  return numbers.get(code) ?? 0
}

/** The error of an errno by name, for what the package itself reports: ECANCELED, ETIMEDOUT, EBADF. */
export function errorOf(code: string, syscall: string): SystemError {
  if (!available) return plainError(code, syscall) as SystemError
  return binding.systemError(numberOf(code), syscall) as unknown as SystemError
}

/** The error that a hot call answered with. */
export function failureOf(answer: number, syscall: string): Error {
  if (answer === OUT_OF_BOUNDS) {
    return invalidState('the buffer was detached or made smaller while the operation waited')
  }
  return binding.systemError(-answer, syscall) as unknown as SystemError
}

/** Whether a hot call answered that it would have to wait. */
export const WOULD_BLOCK: number = processErrno('EAGAIN')
/** What a hot call answers when the system has no buffer for the message just now. */
export const NO_BUFFERS: number = processErrno('ENOBUFS')
/** What a send answers for a message that is too long for the system. */
export const EMSGSIZE: number = processErrno('EMSGSIZE')
/** What one answers for a descriptor, the end's or one of those to pass, that is not open. */
export const BAD_DESCRIPTOR: number = processErrno('EBADF')

function processErrno(code: string): number {
  try {
    return -numberOf(code)
  } catch {
    return 0 // No addon here: nothing will ever answer.
  }
}

/** Gives an error its code. */
export function coded<E extends Error>(error: E, code: string): E {
  return Object.defineProperty(error, 'code', {
    value: code,
    enumerable: true,
    writable: true,
    configurable: true,
  })
}

function received(value: unknown): string {
  if (value === null || value === undefined) return ` Received ${value}`
  if (typeof value === 'function') return ` Received function ${value.name}`
  if (typeof value === 'object') {
    const name = (value as { constructor?: { name?: string } }).constructor?.name
    return name ? ` Received an instance of ${name}` : ` Received ${inspect(value, { depth: -1 })}`
  }
  return ` Received type ${typeof value} (${inspect(value).slice(0, 28)})`
}

/** A value of the wrong type. */
export function invalidType(name: string, expected: string, value: unknown): TypeError {
  const kind = name.includes('.') ? 'property' : 'argument'
  return coded(
    new TypeError(`The "${name}" ${kind} must be ${expected}.${received(value)}`),
    'ERR_INVALID_ARG_TYPE',
  )
}

/** A number outside its range. */
export function outOfRange(name: string, range: string, value: unknown): RangeError {
  return coded(
    new RangeError(
      `The value of "${name}" is out of range. It must be ${range}. Received ${inspect(value)}`,
    ),
    'ERR_OUT_OF_RANGE',
  )
}

/** A value of the right type that makes no sense. */
export function invalidValue(name: string, reason: string, value: unknown): TypeError {
  return coded(
    new TypeError(`The argument '${name}' ${reason}. Received ${inspect(value)}`),
    'ERR_INVALID_ARG_VALUE',
  )
}

/** A constructor that is the package's own. */
export function illegalConstructor(reason: string): TypeError {
  return coded(new TypeError(`Illegal constructor: ${reason}`), 'ERR_ILLEGAL_CONSTRUCTOR')
}

/** Something that can't be done in the state in which a thing is. */
export function invalidState(reason: string): TypeError {
  return coded(new TypeError(`Invalid state: ${reason}`), 'ERR_INVALID_STATE')
}

/** A token that stands for no end, or for none any more. */
export function invalidTransferToken(): Error {
  const reasons = [
    'it was received already (a token is good once)',
    'its time was over and the end was closed',
    'or it comes from another process or another copy of the package',
  ]
  return coded(
    new Error(`No end waits for this token: ${reasons.join(', ')}`),
    'ERR_INVALID_TRANSFER_TOKEN',
  )
}

/** Nobody gave this process the socket that it asks for. */
export function noInheritedSocket(reason: string): Error {
  return coded(new Error(reason), 'ERR_NO_INHERITED_SOCKET')
}

/** The end came before all bytes did. */
export function unexpectedEndOfFile(bytesRead: number, wanted: number): Error {
  const error = new Error(`end-of-file after ${bytesRead} of ${wanted} bytes`)
  return Object.assign(coded(error, 'ERR_UNEXPECTED_EOF'), { bytesRead })
}

/** Puts on an error what the operation had done by then; a signal's reason may be no object at all. */
export function carry(error: unknown, done: Partial<Omit<SystemError, keyof Error>>): void {
  if (typeof error !== 'object' || error === null) return
  try {
    if (Object.isExtensible(error)) Object.assign(error, done)
  } catch {
    // An object of the caller's own that takes none of it: it is the reason all the same.
  }
}
