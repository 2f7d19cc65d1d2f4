import { checkBoolean, checkBusyPoll, checkInteger, checkOptions, checkWord } from './arguments.js'
import type { DatagramSocket } from './datagram-socket.js'
import { invalidType } from './errors.js'
import type { BusyPoll, SocketType } from './end.js'
import type { MessageSocket } from './message-socket.js'
import { keepSendBuffer } from './large-writes.js'
import { checkPassing, setPassing } from './passing.js'
import { binding } from './native.js'
import type { SeqpacketSocket } from './seqpacket-socket.js'
import { stats } from './stats.js'
import { endOf, type Socket, wrap } from './socket.js'
import type { AnySocket } from './sockets.js'
import type { StreamSocket } from './stream-socket.js'

/** How to make a pair. */
export interface PairOptions {
  /**
   * The protocol; 0 is the type's own.
   * @default 0
   */
  readonly protocol?: number | undefined
  /**
   * `O_NONBLOCK`, of both ends or of each. The package's own calls don't need it, and a foreign program
   * that gets an end usually expects it off.
   * @default false
   */
  readonly nonBlocking?: boolean | readonly [boolean, boolean] | undefined
  /**
   * `FD_CLOEXEC`, of both ends or of each: programs started from here don't get the descriptor, unless
   * it is passed in `stdio`.
   * @default true
   */
  readonly closeOnExec?: boolean | readonly [boolean, boolean] | undefined
  /** `SO_SNDBUF` of both ends, in bytes; Linux doubles it, within its limits. */
  readonly sendBufferSize?: number | undefined
  /** `SO_RCVBUF` of both ends, in bytes. */
  readonly recvBufferSize?: number | undefined
  /**
   * {@link Socket.busyPoll} of both ends.
   * @default 'auto'
   */
  readonly busyPoll?: BusyPoll | undefined
  /** {@link Socket.passCredentials} of both ends. */
  readonly passCredentials?: boolean | undefined
  /** {@link Socket.passPidfd} of both ends. */
  readonly passPidfd?: boolean | undefined
  /** {@link Socket.acceptDescriptors} of both ends. */
  readonly acceptDescriptors?: boolean | undefined
}

/** The words for a type. */
export const TYPES = ['stream', 'dgram', 'seqpacket'] as const
const LEAST = -0x8000_0000
const MOST = 0xffff_ffff
const MOST_BYTES = 0x7fff_ffff

/**
 * Makes a pair of connected sockets: socketpair(2).
 *
 * With a word for the type, close-on-exec is on unless `options` say otherwise. With numbers it is the
 * system call number for number: any 32-bit integers, and the flags are those in `type`.
 *
 * @throws as the system says: EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT, EPROTOTYPE, EOPNOTSUPP,
 * EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPERM; nothing is left open then
 * @see socketpair(2), unix(7)
 *
 * @example
 * ```js
 * import { socketpair } from 'socketpair'
 *
 * const [here, there] = socketpair('seqpacket')
 * await here.send('hello')
 * console.log((await there.recv())?.data.toString()) // hello
 * ```
 */
export function socketpair(): [StreamSocket, StreamSocket]
export function socketpair(type: 'stream', options?: PairOptions): [StreamSocket, StreamSocket]
export function socketpair(type: 'dgram', options?: PairOptions): [DatagramSocket, DatagramSocket]
export function socketpair(
  type: 'seqpacket',
  options?: PairOptions,
): [SeqpacketSocket, SeqpacketSocket]
export function socketpair(
  type: 'dgram' | 'seqpacket',
  options?: PairOptions,
): [MessageSocket, MessageSocket]
export function socketpair(type: SocketType, options?: PairOptions): [AnySocket, AnySocket]
export function socketpair(domain: number, type: number, protocol?: number): [Socket, Socket]
export function socketpair(
  first: unknown = 'stream',
  second?: unknown,
  third: unknown = 0,
): [Socket, Socket] {
  if (typeof first === 'number') {
    const [one, other] = numeric(first, second, third)
    return [wrap(one), wrap(other)]
  }
  return typed(first, second)
}

/** {@link stats}, for who has imported nothing but `socketpair`. */
socketpair.stats = stats

function numeric(domain: unknown, type: unknown, protocol: unknown) {
  checkInteger(domain, 'domain', LEAST, MOST)
  checkInteger(type, 'type', LEAST, MOST)
  checkInteger(protocol, 'protocol', LEAST, MOST)
  return binding.rawPair(domain | 0, type | 0, protocol | 0)
}

function typed(type: unknown, options: unknown): [Socket, Socket] {
  if (typeof type !== 'string') throw invalidType('type', 'of type string or number', type)
  checkWord(type, 'type', TYPES)
  checkOptions(options)
  const {
    protocol = 0,
    nonBlocking = false,
    closeOnExec = true,
    sendBufferSize,
    recvBufferSize,
  } = (options ?? {}) as PairOptions
  checkInteger(protocol, 'options.protocol', LEAST, MOST)
  const passing = checkPassing(options ?? {}, 'options')
  const { busyPoll = 'auto' } = (options ?? {}) as PairOptions
  checkBusyPoll(busyPoll, 'options.busyPoll')
  const [one, other] = binding.makePair({
    kind: type,
    protocol: protocol | 0,
    nonBlocking: each(nonBlocking, 'options.nonBlocking'),
    closeOnExec: each(closeOnExec, 'options.closeOnExec'),
    ...size('sendBufferSize', sendBufferSize),
    ...size('recvBufferSize', recvBufferSize),
  })
  const ends: [Socket, Socket] = [wrap(one), wrap(other)]
  try {
    for (const end of ends) {
      end.busyPoll = busyPoll
      if (sendBufferSize !== undefined) keepSendBuffer(endOf(end))
      setPassing(end, passing)
    }
  } catch (error) {
    for (const end of ends) end.close()
    throw error
  }
  return ends
}

/** A flag of both ends, or of each. */
function each(flag: unknown, name: string): [boolean, boolean] {
  if (!Array.isArray(flag)) {
    checkBoolean(flag, name)
    return [flag, flag]
  }
  const [one, other] = flag as unknown[]
  if (flag.length !== 2) throw invalidType(name, 'a boolean or two of them', flag)
  checkBoolean(one, `${name}[0]`)
  checkBoolean(other, `${name}[1]`)
  return [one, other]
}

function size(name: 'sendBufferSize' | 'recvBufferSize', bytes: unknown): Record<string, number> {
  if (bytes === undefined) return {}
  checkInteger(bytes, `options.${name}`, 0, MOST_BYTES)
  return { [name]: bytes }
}
