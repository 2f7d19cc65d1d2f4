import type { OperationOptions } from './arguments.js'
import { MESSAGE_FLAG } from './native.js'

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
}

/** A received message. */
export interface Message extends MessageInfo {
  /** Its bytes, in a Buffer of their own. */
  data: Buffer
}

/** How to receive a message. */
export interface RecvOptions extends OperationOptions {
  /** The most bytes to take of it; without, the whole message however long it is. */
  readonly maxBytes?: number | undefined
  /** Leaves the message where it is. */
  readonly peek?: boolean | undefined
}

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

/** The answer of a receive into a buffer of so many bytes, as its user sees it. */
export function infoOf(answer: number, room: number): MessageInfo {
  if (answer < ABOVE_LENGTH) {
    return { bytesRead: answer, truncated: false, endOfRecord: false, messageSize: answer }
  }
  return describe(lengthOf(answer), flagsOf(answer), room)
}

/** The same, from a length and flags. */
export function describe(length: number, flags: number, room: number): MessageInfo {
  const info: MessageInfo = {
    bytesRead: Math.min(length, room),
    truncated: (flags & MESSAGE_FLAG.truncated) !== 0,
    endOfRecord: (flags & MESSAGE_FLAG.endOfRecord) !== 0,
  }
  if ((flags & MESSAGE_FLAG.lengthUnknown) === 0) info.messageSize = length
  return info
}
