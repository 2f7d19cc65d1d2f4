/** The errors that only a channel has. */
import { coded } from '../errors.js'

/** A value that is longer than `maxMessageBytes`, here or there. */
export function messageTooLarge(length: number, most: number): Error {
  return coded(
    new Error(`a message of ${length} bytes, where at most ${most} are taken`),
    'ERR_MESSAGE_TOO_LARGE',
  )
}

/** Bytes that are no frame. */
export function badFrame(why: string): Error {
  return coded(new Error(`what arrived is no frame of a channel: ${why}`), 'ERR_BAD_FRAME')
}

/** True if there is no place to go on from: bytes that are no frame, or memory that was taken away. */
export function endsReceiving(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === 'ERR_BAD_FRAME' || code === 'ERR_INVALID_STATE'
}

/** The end came in the middle of a frame. */
export function cutFrame(bytes: number): Error {
  return coded(
    new Error(`end-of-file in the middle of a frame, after ${bytes} bytes of it`),
    'ERR_UNEXPECTED_EOF',
  )
}

/** A body of which the codec can make no value. */
export function notDecoded(codec: string, cause: unknown): Error {
  return coded(new Error(`a message that is no value of codec '${codec}'`, { cause }), 'ERR_DECODE')
}
