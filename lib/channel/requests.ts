import { queueMicrotask } from '../timers.js'
import { reasonOf } from '../abort.js'
import type { Limits } from '../arguments.js'
import { coded, errorOf, failureOf } from '../errors.js'
import { OUT_OF_BOUNDS } from '../native.js'
import { BLOCKED, Operation } from '../operation.js'
import { Answering, type Handler, type Wire } from './answering.js'
import { KIND } from './frame-header.js'
import type { FrameReader } from './frame-reader.js'
import type { Listener } from './receiver.js'
import { RequestBudget } from './request-budget.js'
import type { Posted } from './sender.js'
import { tell } from './told.js'

const MOST_ID = 0xffff_ffff

/** A request of ours, from its call until its answer. */
interface Asked {
  readonly operation: Operation<unknown>
  readonly body: Uint8Array
  readonly bytes: number
  /** Where it is, once it was sent. */
  posted?: Posted
  id?: number
}

/** The requests of a channel: ours that wait for an answer, and the peer's that we answer. */
export class Requests implements Listener {
  readonly #wire: Wire
  readonly #answering: Answering
  readonly #budget = new RequestBudget()
  /** What was sent and has no answer yet; of those that the caller has given up only the bytes. */
  readonly #sent = new Map<number, Asked | number>()
  /** What waits for room in the budget, in order. */
  readonly #waiting = new Set<Asked>()
  /** Requests of which the callers want the answer. */
  #wanted = 0
  /** A request has told that the channel has ended. */
  toldOfEnd = false
  #last = 0
  #due = false

  constructor(wire: Wire) {
    this.#wire = wire
    this.#answering = new Answering(wire)
  }

  get listening(): boolean {
    return this.#wanted > 0 || this.#answering.handler !== null
  }

  get seeking(): boolean {
    return this.#wanted > 0
  }

  /** Names what answers the peer's requests. */
  handle(handler: Handler | null): void {
    this.#answering.handler = handler
    if (!this.listening) this.#wire.relax()
  }

  /** Sends a request; settles with its answer. @throws what is wrong with it */
  ask(value: unknown, limits: Limits | undefined): Promise<unknown> {
    if (limits?.signal?.aborted) throw reasonOf(limits.signal)
    const body = this.#wire.encode(value)
    const operation = new Operation<unknown>(() => BLOCKED)
    const asked: Asked = { operation, body, bytes: body.length }
    this.#wanted++
    try {
      if (this.#waiting.size === 0 && this.#isOpen()) this.#send(asked)
      else this.#waiting.add(asked)
    } catch (error) {
      // What can't be sent at all throws, and nothing waits for its answer.
      this.#wanted--
      throw tell(error)
    }
    if (limits === undefined || operation.settled) return operation.promise
    const giveUp = (error: unknown) => this.#giveUp(asked, error)
    operation.watch(limits, giveUp, () => giveUp(errorOf('ETIMEDOUT', 'recvmsg')))
    return operation.promise
  }

  takes(kind: number, seeking: boolean): boolean {
    return kind !== KIND.request || this.#answering.takes(seeking, !this.#budget.empty)
  }

  hear(reader: FrameReader): void {
    const { kind, id } = reader
    if (kind === KIND.request) {
      this.#answering.take(reader)
      this.#sendSoon()
      return
    }
    const asked = this.#sent.get(id)
    // Of a number that was never sent.
    if (asked === undefined) return
    this.#sent.delete(id)
    if (typeof asked === 'number') {
      this.#budget.remove(asked)
    } else {
      this.#budget.remove(asked.bytes)
      this.#wanted--
      this.#settle(asked.operation, reader)
    }
    this.#sendSoon()
  }

  /** No answer will come any more. */
  deaf(error: unknown): void {
    const unanswered = [...this.#sent.values(), ...this.#waiting]
    this.#sent.clear()
    this.#waiting.clear()
    this.#budget.clear()
    this.#wanted = 0
    for (const asked of unanswered) {
      if (typeof asked === 'number') continue
      this.toldOfEnd = true
      asked.operation.reject(tell(error))
    }
  }

  /** Nothing is heard or answered any more. */
  close(error: unknown): void {
    this.#answering.clear()
    this.deaf(error)
  }

  #settle(operation: Operation<unknown>, reader: FrameReader): void {
    try {
      if (reader.kind === KIND.failure) throw requestFailed(reader.text())
      operation.resolve(this.#wire.decode(reader))
    } catch (error) {
      operation.reject(error)
    }
  }

  /** @throws why nothing can be sent */
  #send(asked: Asked): void {
    // It may have waited: its memory must not have changed since.
    if (asked.body.length !== asked.bytes) throw failureOf(OUT_OF_BOUNDS, 'sendmsg')
    const id = this.#newId()
    this.#budget.add(asked.bytes)
    this.#sent.set(id, asked)
    asked.id = id
    const extension = { kind: KIND.request, descriptors: 0, id }
    try {
      asked.posted = this.#wire.post(asked.body, extension, (error) => {
        if (error === undefined) return false
        return this.#neverSent(asked, id, error)
      })
    } catch (error) {
      this.#sent.delete(id)
      this.#budget.remove(asked.bytes)
      throw error
    }
  }

  /** It is certain that the peer never has it whole. */
  #neverSent(asked: Asked, id: number, error: unknown): boolean {
    const still = this.#sent.get(id)
    if (still === undefined) return false
    this.#sent.delete(id)
    this.#budget.remove(asked.bytes)
    this.#sendSoon()
    if (typeof still === 'number') return false
    this.#wanted--
    asked.operation.reject(error)
    if (!this.listening) this.#wire.relax()
    return true
  }

  #giveUp(asked: Asked, error: unknown): void {
    const { id, posted, operation } = asked
    if (id === undefined) {
      if (!this.#waiting.delete(asked)) return
    } else {
      if (this.#sent.get(id) !== asked) return
      if (posted !== undefined && this.#wire.withdraw(posted)) {
        this.#sent.delete(id)
        this.#budget.remove(asked.bytes)
        this.#sendSoon()
      } else {
        // The peer works on it: it counts until its answer has come.
        this.#sent.set(id, asked.bytes)
      }
    }
    this.#wanted--
    operation.reject(error)
    if (!this.listening) this.#wire.relax()
  }

  /** Sends what waited, but not within a receive or a send. */
  #sendSoon(): void {
    if (this.#due || this.#waiting.size === 0) return
    this.#due = true
    queueMicrotask(() => {
      this.#due = false
      this.#sendWaiting()
    })
  }

  /** Sends what waited for room in the budget. */
  #sendWaiting(): void {
    for (const asked of this.#waiting) {
      if (!this.#isOpen()) return
      this.#waiting.delete(asked)
      try {
        this.#send(asked)
      } catch (error) {
        this.#wanted--
        asked.operation.reject(tell(error))
      }
    }
  }

  /** True if one more may be sent. */
  #isOpen(): boolean {
    return this.#budget.isOpen(!this.#answering.idle)
  }

  #newId(): number {
    do {
      this.#last = this.#last === MOST_ID ? 1 : this.#last + 1
    } while (this.#sent.has(this.#last))
    return this.#last
  }
}

/** The peer's answer to a request was that it failed. */
function requestFailed(message: string): Error {
  return coded(new Error(message), 'ERR_REQUEST_FAILED')
}
