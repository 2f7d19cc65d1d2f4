import { reasonOf } from '../abort.js'
import type { Limits } from '../arguments.js'
import { coded, errorOf } from '../errors.js'
import { BLOCKED, Operation } from '../operation.js'
import type { Coder } from './codec.js'
import { type Extension, KIND } from './frame-header.js'
import type { FrameReader } from './frame-reader.js'
import type { Listener } from './receiver.js'

/** Requests of the peer that are answered at the same time; more are refused. */
const MOST_AT_ONCE = 1024
const MOST_ID = 0xffff_ffff

/** Answers a request. */
export type Handler = (value: unknown) => unknown

/** What requests need of their channel. */
export interface Wire {
  readonly coder: Coder
  /** Nothing but messages is expected any more. */
  relax(): void
  /** Sends a value as a frame of that kind. */
  send(value: unknown, extension: Extension): Promise<void>
  /** Sends text as a frame of that kind, past the codec. */
  sendText(text: string, extension: Extension): Promise<void>
}

/** The requests of a channel: ours that wait for an answer, and the peer's that we answer. */
export class Requests implements Listener {
  readonly #wire: Wire
  readonly #asked = new Map<number, Operation<unknown>>()
  #last = 0
  #answering = 0
  #handler: Handler | null = null

  constructor(wire: Wire) {
    this.#wire = wire
  }

  get listening(): boolean {
    return this.#asked.size > 0 || this.#handler !== null
  }

  /** Names what answers the peer's requests. */
  handle(handler: Handler | null): void {
    this.#handler = handler
    if (!this.listening) this.#wire.relax()
  }

  /** Sends a request; settles with its answer. */
  ask(value: unknown, limits: Limits | undefined): Promise<unknown> {
    if (limits?.signal?.aborted) throw reasonOf(limits.signal)
    const id = this.#newId()
    const operation = new Operation<unknown>(() => BLOCKED)
    const giveUp = (error: unknown) => {
      if (!this.#asked.delete(id)) return
      operation.reject(error)
      if (!this.listening) this.#wire.relax()
    }
    const sending = this.#wire.send(value, { kind: KIND.request, descriptors: 0, id })
    // Only now: what can't be sent at all throws, and nobody would wait for its answer.
    this.#asked.set(id, operation)
    sending.catch(giveUp)
    if (limits !== undefined)
      operation.watch(limits, giveUp, () => giveUp(errorOf('ETIMEDOUT', 'recvmsg')))
    return operation.promise
  }

  hear(reader: FrameReader): void {
    const { kind, id } = reader
    if (kind === KIND.request) {
      void this.#answer(id, reader)
      return
    }
    const operation = this.#asked.get(id)
    // Nobody waits for it any more.
    if (operation === undefined) return
    this.#asked.delete(id)
    try {
      if (kind === KIND.failure) throw requestFailed(reader.body().toString())
      operation.resolve(this.#wire.coder.decode(reader))
    } catch (error) {
      operation.reject(error)
    }
  }

  deaf(error: unknown): void {
    const asked = [...this.#asked.values()]
    this.#asked.clear()
    for (const operation of asked) operation.reject(error)
  }

  async #answer(id: number, reader: FrameReader): Promise<void> {
    const handler = this.#handler
    try {
      try {
        if (handler === null) throw new Error('nobody answers requests here')
        if (this.#answering >= MOST_AT_ONCE) throw new Error('too many requests at the same time')
        this.#answering++
        try {
          // Decoded before anything is awaited, as long as it is there.
          const answer = await handler(this.#wire.coder.decode(reader))
          await this.#wire.send(answer, { kind: KIND.reply, descriptors: 0, id })
        } finally {
          this.#answering--
        }
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error)
        await this.#wire.sendText(text, { kind: KIND.failure, descriptors: 0, id })
      }
    } catch {
      // Nothing can be sent any more: the sends of the channel tell why.
    }
  }

  #newId(): number {
    do {
      this.#last = this.#last === MOST_ID ? 1 : this.#last + 1
    } while (this.#asked.has(this.#last))
    return this.#last
  }
}

/** The peer's answer to a request was that it failed. */
function requestFailed(message: string): Error {
  return coded(new Error(message), 'ERR_REQUEST_FAILED')
}
