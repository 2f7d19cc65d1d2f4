/** What goes along with data: the `fds` and `credentials` of a send. */
import type { FileHandle } from 'node:fs/promises'
import type { Server, Socket as NetSocket } from 'node:net'
import {
  checkInteger,
  checkOptions,
  type Limits,
  limitsOf,
  type OperationOptions,
} from './arguments.js'
import { BAD_DESCRIPTOR, carry, errorOf, failureOf, invalidType } from './errors.js'
import { binding, calls } from './native.js'
import type { ReceivedFd } from './received-fd.js'
import type { Socket } from './socket.js'

/**
 * A descriptor to pass: its number, or something that has one. A `net.Socket` or `net.Server` goes by the
 * descriptor of its handle.
 */
export type Passable =
  | number
  | Socket
  | ReceivedFd
  | FileHandle
  | NetSocket
  | Server
  | { readonly fd: number }

/** Who the sender says it is. The system checks it; what is left out is the truth. */
export interface SentCredentials {
  /** A process; only root may name another than its own. */
  readonly pid?: number | undefined
  /** A user of this process: real, effective or saved. */
  readonly uid?: number | undefined
  /** A group of this process: real, effective or saved. */
  readonly gid?: number | undefined
}

/** How to send. */
export interface SendOptions extends OperationOptions {
  /**
   * Descriptors that go along, at most 253: the receiver gets duplicates. They may be closed here as soon
   * as the call has been made: a send that has to wait holds duplicates of its own.
   */
  readonly fds?: readonly Passable[] | undefined
  /** Credentials to send in place of those that the system would tell; Linux and FreeBSD. */
  readonly credentials?: SentCredentials | undefined
}

/** How to send many messages. */
export interface SendManyOptions extends OperationOptions {
  /** Descriptors that go along: those of list `i` with message `i`; as `fds` of {@link SendOptions}. */
  readonly fds?: readonly (readonly Passable[] | undefined)[] | undefined
}

const MOST_ID = 0xffff_fffe
const MOST_PID = 0x7fff_ffff
const NOTHING = new Uint32Array()

/** What goes along with one message, or with the first byte of a stream write. */
export class Outgoing {
  readonly numbers: Uint32Array
  readonly credentials: Uint32Array
  /** Whether it went, or will not go any more. */
  gone = false
  #held: Uint32Array = NOTHING
  /** What a number was taken from must not be collected, and closed, before the number is used. */
  owners: unknown

  constructor(numbers: Uint32Array, credentials: Uint32Array, owners: unknown) {
    this.numbers = numbers
    this.credentials = credentials
    this.owners = owners
  }

  /** @throws EBADF with `index`: one of the descriptors is not open */
  check(): void {
    const place = calls.checkDescriptors(this.numbers)
    if (place === 0) return
    const error = errorOf('EBADF', 'sendmsg')
    carry(error, { index: place - 1 })
    throw error
  }

  /** @throws EBADF with `index`, if that is what the answer of a send below zero means */
  blame(answer: number): void {
    if (answer === BAD_DESCRIPTOR) this.check()
  }

  /**
   * Duplicates the descriptors, so that their owners may close them while the send waits.
   * @throws EBADF with `index`; EMFILE
   */
  hold(): void {
    if (this.numbers.length === 0) return
    const ids = new Uint32Array(this.numbers.length)
    const answer = calls.hold(this.numbers, ids)
    if (answer < 0) {
      this.blame(answer)
      throw failureOf(answer, 'fcntl')
    }
    this.#held = ids
    this.owners = undefined
  }

  /** It went, or the send has ended without. */
  release(): void {
    this.gone = true
    this.owners = undefined
    const held = this.#held
    this.#held = NOTHING
    for (const id of held) binding.closeReceived(id)
  }
}

/** A send as its options have it, each read once. */
export interface Send<A> {
  readonly limits: Limits | undefined
  /** What goes along; undefined if nothing does. */
  readonly along: A | undefined
}

/** The options of a send. Before its data is checked: reading them runs the caller's code, where it has any. */
export function sendOf(options: SendOptions | undefined): Send<Outgoing> | undefined {
  if (options === undefined) return undefined
  return { limits: limitsOf(options), along: outgoing(options) }
}

/** The options of a send of many. */
export function sendManyOf(
  options: SendManyOptions | undefined,
): Send<(Outgoing | undefined)[]> | undefined {
  if (options === undefined) return undefined
  return { limits: limitsOf(options), along: outgoingOfMany(options.fds) }
}

/** What goes along by these options; undefined if nothing does. */
export function outgoing(options: Pick<SendOptions, 'fds' | 'credentials'>): Outgoing | undefined {
  const { fds, credentials } = options
  const numbers = fds === undefined ? NOTHING : toNumbers(fds, 'options.fds')
  const sender = credentials === undefined ? NOTHING : toIds(credentials)
  if (numbers.length === 0 && sender.length === 0) return undefined
  return new Outgoing(numbers, sender, fds)
}

/** The same for each of several messages. */
function outgoingOfMany(lists: unknown): (Outgoing | undefined)[] | undefined {
  const name = 'options.fds'
  if (lists === undefined) return undefined
  if (!Array.isArray(lists)) throw invalidType(name, 'an instance of Array', lists)
  const all = Array.from(lists, (list: unknown, index) => {
    try {
      const numbers = list === undefined ? NOTHING : toNumbers(list, `${name}[${index}]`)
      return numbers.length === 0 ? undefined : new Outgoing(numbers, NOTHING, list)
    } catch (error) {
      carry(error, { messageIndex: index, messagesSent: 0 })
      throw error
    }
  })
  return all
}

function toNumbers(list: unknown, name: string): Uint32Array {
  if (!Array.isArray(list)) throw invalidType(name, 'an instance of Array', list)
  const entries = Array.from(list as unknown[])
  const numbers = new Uint32Array(entries.length)
  for (const [index, entry] of entries.entries()) {
    const number = numberOf(entry)
    if (number === undefined) {
      const error = invalidType(
        `${name}[${index}]`,
        'a descriptor, or an object that has one',
        entry,
      )
      carry(error, { index })
      throw error
    }
    numbers[index] = number
  }
  return numbers
}

/** The descriptor of an entry; -1 for what can't be one. */
function numberOf(entry: unknown): number | undefined {
  if (typeof entry === 'object' && entry !== null) {
    const { fd, _handle } = entry as { fd?: unknown; _handle?: { fd?: unknown } | null }
    if (typeof fd === 'number') return numberOf(fd)
    // Closed: it had a descriptor once.
    if (_handle === null) return -1
    return typeof _handle?.fd === 'number' ? numberOf(_handle.fd) : undefined
  }
  if (!Number.isInteger(entry)) return undefined
  const number = entry as number
  return number > MOST_PID ? -1 : Math.max(number, -1)
}

function toIds(credentials: SentCredentials): Uint32Array {
  const name = 'options.credentials'
  checkOptions(credentials, name)
  const {
    pid = process.pid,
    uid = process.getuid?.() ?? 0,
    gid = process.getgid?.() ?? 0,
  } = credentials
  checkInteger(pid, `${name}.pid`, 0, MOST_PID)
  checkInteger(uid, `${name}.uid`, 0, MOST_ID)
  checkInteger(gid, `${name}.gid`, 0, MOST_ID)
  return Uint32Array.of(pid, uid, gid)
}
