import { unpack } from './arrival.js'
import { checkInteger, type Limits, limitsOf, type OperationOptions } from './arguments.js'
import type { End } from './end.js'
import { MESSAGE_FLAG } from './native.js'
import type { ReceivedFd } from './received-fd.js'
import type { Credentials } from './socket.js'

/** What is known of a received message besides its bytes. */
export interface MessageInfo {
  /** The bytes that landed. */
  bytesRead: number
  /** Whether the message was longer than the buffer; the rest is lost. */
  truncated: boolean
  /** Whether the system marked the end of a record; Linux never does. */
  endOfRecord: boolean
  /** The message's true length in bytes; absent where a message was cut and the system doesn't tell. */
  messageSize?: number
  /**
   * The descriptors that came with it, in the sender's order; yours to take or close. An end keeps those of
   * messages whose `fds` nobody looks at for the last 1012 descriptors; then they are closed.
   */
  fds: ReceivedFd[]
  /**
   * Whether more descriptors came than are in `fds`: more than `maxFds`, than this process may have open,
   * or than were kept for somebody to look at. They are closed.
   */
  fdsTruncated: boolean
  /** Who sent it, where {@link Socket.passCredentials} asks. */
  credentials?: Credentials
  /** Stands for the process that sent it, where {@link Socket.passPidfd} asks. */
  pidfd?: ReceivedFd
}

/** What is known of bytes that came on a stream, besides the bytes. */
export interface StreamMessageInfo extends MessageInfo {
  /**
   * Where descriptors came: the index of a byte of this read that is sure to be of the write that carried
   * them. The last one on Linux, where bytes of earlier writes may stand before it and the carrying write
   * may go on in the next read; the first one on macOS, illumos and the BSDs, where later bytes may follow. One read
   * never has the descriptors of two writes.
   */
  carryingByte?: number
}

/** A received message. */
export interface Message extends MessageInfo {
  /** Its bytes, in a Buffer of their own. */
  data: Buffer
}

/** How to receive. */
export interface ReceiveOptions extends OperationOptions {
  /**
   * The most descriptors to take with one message; more are closed, and `fdsTruncated` says so.
   * @default 253
   */
  readonly maxFds?: number | undefined
}

/** How to receive a message. */
export interface RecvOptions extends ReceiveOptions {
  /** The most bytes to take of it; without, the whole message however long it is. */
  readonly maxBytes?: number | undefined
  /** Leaves the message where it is, and descriptors with it: none come with a look. */
  readonly peek?: boolean | undefined
}

/** The most descriptors that one message carries on Linux, macOS and FreeBSD. */
export const MOST_FDS = 253

const MOST_WANTED = 0xffff
const ABOVE_LENGTH = 0x1_0000_0000

/** Whether the answer of a receive is end-of-file. */
export function isEndOfFile(answer: number): boolean {
  return answer >= ABOVE_LENGTH && (flagsOf(answer) & MESSAGE_FLAG.endOfFile) !== 0
}

/** The flags of an answer. */
export function flagsOf(answer: number): number {
  return Math.floor(answer / ABOVE_LENGTH)
}

/** The message length in an answer. */
export function lengthOf(answer: number): number {
  return answer % ABOVE_LENGTH
}

/** The answer of a receive of `end` into a buffer of so many bytes, as its user sees it. */
export function infoOf(end: End, answer: number, room: number): MessageInfo {
  if (answer < ABOVE_LENGTH) {
    return {
      bytesRead: answer,
      truncated: false,
      endOfRecord: false,
      messageSize: answer,
      fds: [],
      fdsTruncated: false,
    }
  }
  const flags = flagsOf(answer)
  const info = describe(lengthOf(answer), flags, room)
  if ((flags & MESSAGE_FLAG.arrived) !== 0) unpack(end, () => info)
  return info
}

/** The same, of a stream. */
export function streamInfoOf(end: End, answer: number): StreamMessageInfo {
  const bytesRead = lengthOf(answer)
  const info = describe(bytesRead, MESSAGE_FLAG.lengthUnknown, bytesRead)
  if ((flagsOf(answer) & MESSAGE_FLAG.arrived) !== 0) unpack(end, () => info)
  return info
}

/** What a message's length and flags say, with nothing that came along. */
export function describe(length: number, flags: number, room: number): MessageInfo {
  const info: MessageInfo = {
    bytesRead: Math.min(length, room),
    truncated: (flags & MESSAGE_FLAG.truncated) !== 0,
    endOfRecord: (flags & MESSAGE_FLAG.endOfRecord) !== 0,
    fds: [],
    fdsTruncated: false,
  }
  if ((flags & MESSAGE_FLAG.lengthUnknown) === 0) info.messageSize = length
  return info
}

/** A receive as its options have it, each read once. */
export interface Receive {
  readonly limits: Limits | undefined
  /** How many descriptors are wanted. */
  readonly maxFds: number
}

const PLAIN_RECEIVE: Receive = { limits: undefined, maxFds: MOST_FDS }

/** The options of a receive. */
export function receiveOf(options: ReceiveOptions | undefined): Receive {
  if (options === undefined) return PLAIN_RECEIVE
  const limits = limitsOf(options)
  const { maxFds = MOST_FDS } = options
  checkInteger(maxFds, 'options.maxFds', 0, MOST_WANTED)
  return { limits, maxFds }
}
