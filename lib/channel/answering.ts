import { queueMicrotask } from '../timers.js'
import { type Extension, KIND, type Kind } from './frame-header.js'
import type { FrameReader } from './frame-reader.js'
import { RequestBudget } from './request-budget.js'
import type { Posted } from './sender.js'

/** Answers a request. */
export type Handler = (value: unknown) => unknown

/** What requests and answers need of their channel. */
export interface Wire {
  /** Bytes of answers that may wait to be sent. */
  readonly highWaterMark: number
  /** The value of a frame. */
  decode(reader: FrameReader): unknown
  /** The body of a frame with this value. */
  encode(value: unknown): Uint8Array
  /** The same of text past the codec, cut to what surely goes. */
  encodeText(text: string): Uint8Array
  /**
   * Sends a body as a frame of another kind than a message.
   * @param done called when its last byte has gone, or with why it never will; returns true if that tells
   * the caller of the error
   */
  post(body: Uint8Array, extension: Extension, done: (error?: unknown) => boolean): Posted
  /** Takes a frame back, or what has not gone of its memory becomes a copy. True if nothing of it goes. */
  withdraw(posted: Posted): boolean
  /** Nothing but messages is expected any more. */
  relax(): void
  /** There is room for requests again. */
  resume(): void
}

/** A request of the peer. */
interface Request {
  readonly id: number
  readonly bytes: number
  readonly value: unknown
  /** Why there is no value. */
  readonly failure: { error: unknown } | undefined
}

/**
 * The peer's requests, from their arrival until their answers are with the system. No more are taken in than
 * the budget has, and none is begun while answers wait to be sent, up to the high-water mark.
 */
export class Answering {
  handler: Handler | null = null
  readonly #wire: Wire
  readonly #budget = new RequestBudget()
  /** Requests that no handler has been called for, in order. */
  readonly #held: Request[] = []
  /** Bytes of answers that have not gone. */
  #unsent = 0
  #due = false

  constructor(wire: Wire) {
    this.#wire = wire
  }

  /** True if no request is here, from its arrival until its answer has gone. */
  get idle(): boolean {
    return this.#budget.empty
  }

  /**
   * True if one more request may be taken in.
   * @param seeking what is behind it is wanted too; else it must be possible to begin with it
   * @param crossing requests of ours are under way
   */
  takes(seeking: boolean, crossing: boolean): boolean {
    return this.#budget.isOpen(crossing) && (seeking || this.#unsent < this.#wire.highWaterMark)
  }

  /** Takes in the request that `reader` has found. */
  take(reader: FrameReader): void {
    const bytes = reader.bodyEnd - reader.bodyStart
    const { id } = reader
    let value: unknown
    let failure: { error: unknown } | undefined
    try {
      value = this.#wire.decode(reader)
    } catch (error) {
      failure = { error }
    }
    this.#budget.add(bytes)
    this.#held.push({ id, bytes, value, failure })
    this.#soon()
  }

  /** Forgets the requests that no handler has been called for. */
  clear(): void {
    for (const { bytes } of this.#held.splice(0)) this.#budget.remove(bytes)
  }

  /** Goes on, but never within a receive or a send, which the handlers may call themselves. */
  #soon(): void {
    if (this.#due) return
    this.#due = true
    queueMicrotask(() => {
      this.#due = false
      this.#begin()
      this.#wire.resume()
    })
  }

  /** Calls the handler for those that are held, as long as their answers can go. */
  #begin(): void {
    while (this.#held.length > 0 && this.#unsent < this.#wire.highWaterMark) {
      this.#answer(this.#held.shift() as Request)
    }
  }

  #answer(request: Request): void {
    const { handler } = this
    let answer: unknown
    try {
      if (handler === null) throw new Error('the peer has no onRequest() handler')
      if (request.failure !== undefined) throw request.failure.error
      answer = handler(request.value)
      if (isThenable(answer)) {
        Promise.resolve(answer).then(
          (value) => this.#reply(request, value),
          (error: unknown) => this.#fail(request, error),
        )
        return
      }
    } catch (error) {
      this.#fail(request, error)
      return
    }
    this.#reply(request, answer)
  }

  #reply(request: Request, value: unknown): void {
    try {
      this.#send(request, KIND.reply, this.#wire.encode(value), (error) => {
        // It may be this answer alone that can't go, a datagram that is too long: the peer must not wait.
        queueMicrotask(() => this.#fail(request, error))
      })
    } catch (error) {
      this.#fail(request, error)
    }
  }

  #fail(request: Request, error: unknown): void {
    try {
      const text = this.#wire.encodeText(textOf(error))
      this.#send(request, KIND.failure, text, () => this.#end(request))
    } catch {
      // Nothing can be sent any more: the sends of the channel tell why.
      this.#end(request)
    }
  }

  #send(request: Request, kind: Kind, body: Uint8Array, fail: (error: unknown) => void): void {
    const { length } = body
    this.#unsent += length
    try {
      this.#wire.post(body, { kind, descriptors: 0, id: request.id }, (error) => {
        this.#unsent -= length
        if (error === undefined) this.#end(request)
        else fail(error)
        return false
      })
    } catch (error) {
      this.#unsent -= length
      throw error
    }
  }

  /** Its answer has gone, or never will. */
  #end(request: Request): void {
    this.#budget.remove(request.bytes)
    this.#soon()
  }
}

function isThenable(value: unknown): boolean {
  return (
    (typeof value === 'object' || typeof value === 'function') && value !== null && 'then' in value
  )
}

/** The message of what was thrown, which may be anything. */
function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error)
  } catch {
    return 'the handler threw what is no text'
  }
}
