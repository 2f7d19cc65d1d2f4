import { isUint8Array } from 'node:util/types'
import { byteLengthOf } from '../typed-arrays.js'
import type { Sides } from './sides.js'

/** What is sent chunk by chunk; what waits is aborted with the stream. */
export function writableOf<T>(
  send: (chunk: T, signal: AbortSignal) => Promise<unknown> | undefined,
  sides: Sides,
  strategy?: QueuingStrategy<T>,
): WritableStream<T> {
  return new WritableStream<T>(
    {
      write: (chunk, controller) =>
        sides.doing('writable', write(chunk, controller as unknown as { signal: AbortSignal })),
      close: () => sides.shut('writable'),
      // The two directions are independent: what the peer still says can be read.
      abort: () => sides.shut('writable'),
    },
    strategy,
  )

  async function write(chunk: T, { signal }: { signal: AbortSignal }): Promise<void> {
    await send(chunk, signal)
  }
}

/** A strategy that counts bytes. */
export const inBytes: QueuingStrategy<Uint8Array | string> = {
  highWaterMark: 64 * 1024,
  // Of what is no bytes at all the write tells.
  size(chunk) {
    if (typeof chunk === 'string') return Buffer.byteLength(chunk)
    return isUint8Array(chunk) ? byteLengthOf(chunk) : 1
  },
}
