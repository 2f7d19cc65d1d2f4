import type { ReadableByteStreamController, UnderlyingByteSource } from 'node:stream/web'
import { plainly, receiveBlocked } from '../answers.js'
import type { End } from '../end.js'
import { calls, MAX_TRANSFER } from '../native.js'
import { BLOCKED } from '../operation.js'
import { byteLengthOf } from '../typed-arrays.js'
import { receiveChunk } from './chunk-slab.js'
import { receiveMessage } from './message-chunk.js'
import type { Sides } from './sides.js'

/** A receive of `end` that gives null, and takes nothing, once it was cancelled. */
class Receiving {
  readonly #end: End
  cancelled = false

  constructor(end: End) {
    this.#end = end
  }

  next<T>(attempt: () => T | typeof BLOCKED): Promise<T | null> {
    return this.#end.reading.enqueue<T | null>(() => (this.cancelled ? null : attempt()))
  }

  cancel(): void {
    this.cancelled = true
    this.#end.reading.retry()
  }
}

/** What is received, as a stream of bytes: a read lands in the reader's own memory, where it brings some. */
export function readableBytes(end: End, sides: Sides): ReadableStream<Uint8Array> {
  const receiving = new Receiving(end)

  async function pull(controller: ReadableByteStreamController): Promise<void> {
    const request = controller.byobRequest
    const view = request?.view as Uint8Array | null | undefined
    const came = await receiving.next<Uint8Array | number | null>(() => {
      if (view) return receiveInto(end, view)
      // What is given to the stream it takes with all its memory: that must be the chunk's alone.
      return receiveChunk(end, (landed) => new Uint8Array(landed))
    })
    if (receiving.cancelled) return
    if (came === null || came === 0) {
      controller.close()
      request?.respond(0)
      sides.end('readable')
    } else if (typeof came === 'number') request?.respond(came)
    else controller.enqueue(came)
  }

  const source: UnderlyingByteSource = {
    type: 'bytes',
    pull: (controller) => sides.doing('readable', pull(controller)),
    cancel() {
      receiving.cancel()
      return sides.shut('readable')
    },
  }
  return new ReadableStream(source)
}

/** Messages, a chunk each. None is received before somebody asks. */
export function readableMessages(end: End, sides: Sides): ReadableStream<Uint8Array> {
  const receiving = new Receiving(end)
  const next = () => receiving.next(() => receiveMessage(end))
  const cancel = () => receiving.cancel()
  return readableOf(next, cancel, sides)
}

/** What `next` gives, a chunk each, until it gives null. */
export function readableOf<T>(
  next: () => Promise<T | null>,
  cancel: () => void,
  sides: Sides,
): ReadableStream<T> {
  let cancelled = false
  async function pull(controller: ReadableStreamDefaultController<T>): Promise<void> {
    let value
    try {
      value = await next()
    } catch (error) {
      if (cancelled) return
      throw error
    }
    if (cancelled) return
    if (value === null) {
      controller.close()
      sides.end('readable')
    } else controller.enqueue(value)
  }
  return new ReadableStream<T>(
    {
      pull: (controller) => sides.doing('readable', pull(controller)),
      cancel() {
        cancelled = true
        cancel()
        return sides.shut('readable')
      },
    },
    { highWaterMark: 0 },
  )
}

function receiveInto(end: End, view: Uint8Array): number | typeof BLOCKED {
  const answer = calls.recv(end.id, view, 0, Math.min(byteLengthOf(view), MAX_TRANSFER))
  if (answer < 0) return receiveBlocked(answer)
  const landed = plainly(end, answer)
  end.bytesRead += landed
  return landed
}
