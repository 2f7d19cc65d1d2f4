/** The sockets that a child is to get: how they are asked for, and how they come back. */
import type { ChildProcess } from 'node:child_process'
import { checkInteger, checkOptions, checkWord } from './arguments.js'
import type { SocketType } from './end.js'
import { invalidType, invalidValue } from './errors.js'
import { checkPassing, type Passing } from './passing.js'
import { TYPES } from './socketpair.js'
import type { AnySocket, SocketClasses } from './sockets.js'

/** One socket between this process and a child that {@link spawn} or {@link fork} starts. */
export interface ChildSocketOptions<T extends SocketType = SocketType, F extends number = number> {
  /**
   * Its type.
   * @default 'stream'
   */
  readonly type?: T | undefined
  /**
   * The number of the child's end among the child's descriptors.
   * @default 3, and for a named one the next free number from 3 up
   */
  readonly fd?: F | undefined
  /** `SO_SNDBUF` of both ends, in bytes; Linux doubles it, within its limits. */
  readonly sendBufferSize?: number | undefined
  /** `SO_RCVBUF` of both ends, in bytes. */
  readonly recvBufferSize?: number | undefined
  /** {@link Socket.passCredentials} of this process's end, before the child can send. */
  readonly passCredentials?: boolean | undefined
  /** {@link Socket.passPidfd} of this process's end, before the child can send. */
  readonly passPidfd?: boolean | undefined
  /** {@link Socket.acceptDescriptors} of this process's end, before the child can send. */
  readonly acceptDescriptors?: boolean | undefined
}

/**
 * Several of them. A key that is a whole number is the descriptor's number in the child; any other is a
 * name, of letters, digits, `_`, `-` and `.`. The first is the lowest number, or the first name where there
 * is no number: the order that JavaScript gives keys.
 */
export type ChildSockets = Readonly<Record<string, SocketType | ChildSocketOptions>>

type ChildSocketType<R> = R extends SocketType
  ? R
  : 'type' extends keyof R
    ? Extract<R['type'], SocketType> | (undefined extends R['type'] ? 'stream' : never)
    : 'stream'

/** The sockets that {@link ChildSockets} give, by the same keys. */
export type SocketsOfChild<S> = {
  readonly [K in keyof S]: SocketClasses[ChildSocketType<S[K]>]
}

/** A child and this process's ends of the sockets that it was given. */
export interface Spawned<S> {
  /** As Node's own call gives it. */
  readonly child: ChildProcess
  /** The first of `sockets`. */
  readonly socket: S[keyof S]
  /** Each by its key; a single one by its number in the child. */
  readonly sockets: S
}

/** The option of {@link spawn} and {@link fork} for one socket. */
export interface OneChildSocket<T extends SocketType = SocketType, F extends number = number> {
  /** The socket; without `socket` and `sockets` it is a stream at 3. */
  readonly socket?: ChildSocketOptions<T, F> | undefined
  readonly sockets?: undefined
}

/** The option of {@link spawn} and {@link fork} for several sockets. */
export interface SeveralChildSockets<S extends ChildSockets = ChildSockets> {
  readonly socket?: undefined
  /** The sockets, by number or name. */
  readonly sockets: S
}

/** What comes back when the types of the sockets are not known. */
export type AnySpawned = Spawned<Readonly<Record<string, AnySocket>>>

/** A socket as it was asked for. */
export interface AskedSocket {
  /** Its key in `sockets`; the single one has none. */
  readonly key: string | undefined
  /** The option that asked, for what an error says. */
  readonly option: string
  readonly type: SocketType
  /** The number in the child; undefined for the next free one. */
  readonly fd: number | undefined
  readonly sizes: Pick<ChildSocketOptions, 'sendBufferSize' | 'recvBufferSize'>
  /** What this process's end is to be told with its messages. */
  readonly passing: Passing
}

/** Where an end goes that nobody placed: the first behind stdin, stdout and stderr. */
export const FIRST = 3
/** Node makes an entry for every number below: more than this is a mistake, and no descriptor. */
const MOST_DESCRIPTORS = 0xffff
const MOST_BYTES = 0x7fff_ffff

const NAME = /^[\w.-]+$/

/** Checks what was asked. */
export function askedSockets(options: { socket?: unknown; sockets?: unknown }): AskedSocket[] {
  const { socket, sockets } = options
  if (sockets === undefined) {
    return [checkSocket(socket, 'options.socket')]
  }
  if (socket !== undefined) {
    throw invalidValue('options.socket', "can't be given beside options.sockets", socket)
  }
  if (typeof sockets !== 'object' || sockets === null || Array.isArray(sockets)) {
    throw invalidType('options.sockets', 'an object', sockets)
  }
  const entries = Object.entries(sockets)
  if (entries.length === 0) throw invalidValue('options.sockets', 'must name a socket', sockets)
  return entries.map(([key, entry]: [string, unknown]) => {
    const option = `options.sockets.${key}`
    if (entry === undefined) throw invalidType(option, 'of type string or an object', entry)
    return checkSocket(
      typeof entry === 'string' ? { type: entry } : entry,
      option,
      key,
      numberOf(key),
    )
  })
}

/** The number that a key is, undefined for a name. */
function numberOf(key: string): number | undefined {
  // What reads as a number without being a descriptor's is a mistake, and no name: 03, -1, 1.5.
  if (!NAME.test(key) || (!Number.isNaN(Number(key)) && !/^(?:0|[1-9]\d*)$/.test(key))) {
    throw invalidValue(
      'options.sockets',
      'must have whole numbers and names of letters, digits, _, - and . as its keys',
      key,
    )
  }
  if (!/^\d+$/.test(key)) return undefined
  const number = Number(key)
  checkInteger(number, `options.sockets.${key}`, 0, MOST_DESCRIPTORS)
  return number
}

function checkSocket(socket: unknown, option: string, key?: string, number?: number): AskedSocket {
  checkOptions(socket, option)
  if (Array.isArray(socket)) throw invalidType(option, 'an object', socket)
  const {
    type = 'stream',
    fd,
    sendBufferSize,
    recvBufferSize,
  } = (socket ?? {}) as ChildSocketOptions
  checkWord(type, `${option}.type`, TYPES)
  if (fd !== undefined) checkInteger(fd, `${option}.fd`, 0, MOST_DESCRIPTORS)
  if (number !== undefined && fd !== undefined && fd !== number) {
    throw invalidValue(`${option}.fd`, `must be ${number}, as its key says`, fd)
  }
  const passing = checkPassing((socket ?? {}) as ChildSocketOptions, option)
  for (const [name, bytes] of Object.entries({ sendBufferSize, recvBufferSize })) {
    if (bytes !== undefined) checkInteger(bytes, `${option}.${name}`, 0, MOST_BYTES)
  }
  // One without a key is the only one, and has a number of its own.
  const unplaced = key === undefined ? FIRST : undefined
  return {
    key,
    option,
    type,
    fd: fd ?? number ?? unplaced,
    sizes: { sendBufferSize, recvBufferSize },
    passing,
  }
}
