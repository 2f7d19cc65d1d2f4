import { reasonOf } from '../abort.js'
import type { Limits } from '../arguments.js'
import { errorOf } from '../errors.js'
import { BLOCKED, Operation } from '../operation.js'
import { atTurnEnd, type Flusher } from '../turn-end.js'
import { type Flush, Flushes } from './flushes.js'
import { HEADER } from './frame-header.js'
import type { FrameOptions, Item } from './frame-writer.js'
import { FrameWriter } from './frame-writer.js'
import { type Parked, ParkedSends } from './parked.js'
import { GATHERED } from './slab-pool.js'
import type { Stuck, Transport } from './transport.js'

/** What is sent at once, or is settled already. */
export const DONE: Promise<void> = Promise.resolve()

const SYSCALL = 'sendmsg'

/**
 * The sending direction of a channel: a queue that is bounded in bytes, and behind it the sends that wait
 * for room.
 */
export class Sender implements Flusher {
  readonly frames = new FrameWriter()
  readonly #transport: Transport
  readonly #mark: number
  /** Called with what made sending end. */
  readonly #onFailure: (error: unknown) => void
  readonly #parked = new ParkedSends()
  readonly #flushes = new Flushes()
  /** An attempt waits in the transport's queue. */
  #waiting = false
  #due = false
  #closing = false
  #failure: { error: unknown; told: boolean } | undefined

  constructor(transport: Transport, mark: number, onFailure: (error: unknown) => void) {
    this.#transport = transport
    this.#mark = mark
    this.#onFailure = onFailure
  }

  /** Whether a value is taken at once. */
  get takes(): boolean {
    return (
      this.frames.pending < this.#mark &&
      this.#parked.length === 0 &&
      this.#failure === undefined &&
      !this.#closing &&
      !this.#transport.closed
    )
  }

  /** @throws why nothing can be sent any more */
  check(): void {
    if (this.#closing || this.#transport.closed) throw errorOf('EBADF', SYSCALL)
    if (this.#failure !== undefined) {
      this.#failure.told = true
      throw this.#failure.error
    }
  }

  /** Small frames were put into {@link frames}: they go together, soon, or when no more is taken. */
  gathered(): void {
    if (this.#waiting) return
    if (this.frames.pending >= Math.min(GATHERED, this.#mark)) this.flush()
    else if (!this.#due) {
      this.#due = true
      atTurnEnd(this)
    }
  }

  /** Sends a large body as a plain frame, of which as much as may goes at once. */
  sendLarge(body: Uint8Array): Promise<void> {
    const { frames } = this
    const transport = this.#transport
    if (
      frames.pending > 0 ||
      !this.takes ||
      transport.pushFrame === undefined ||
      !transport.mayPush
    )
      return this.send(body, {})
    const went = transport.pushFrame(body)
    if (went === HEADER + body.length) {
      frames.gone += went
      return DONE
    }
    if (went === 0) return this.send(body, {})
    const operation = new Operation<void>(() => BLOCKED)
    frames.appendItem(body, { done: settling(operation) })
    frames.advance(went)
    this.#wait(true)
    return operation.promise
  }

  /** Sends a body as a frame: at once, or when there is room. */
  send(body: Uint8Array, frame: FrameOptions, limits?: Limits): Promise<void> {
    if (limits?.signal?.aborted) throw reasonOf(limits.signal)
    // The caller's code may have run since the last look: options have getters, and signals too.
    this.check()
    let item: Item | undefined
    let parked: Parked | undefined
    const operation = new Operation<void>(() => BLOCKED)
    const straight = body.length >= this.#transport.direct || frame.along !== undefined
    const done = settling(operation)
    const admit = () => {
      if (straight) {
        item = this.frames.appendItem(body, { ...frame, done })
        return
      }
      if (frame.extension === undefined) this.frames.append(body)
      else this.frames.appendItem(Buffer.from(body), frame)
      operation.resolve()
    }
    const giveUp = (error: unknown) => {
      if (parked !== undefined && this.#parked.remove(parked)) {
        frame.along?.release()
        operation.reject(error)
      } else if (item !== undefined && this.#remove(item)) {
        frame.along?.release()
        operation.reject(error)
        this.#progress()
        if (this.frames.pending > 0) this.gathered()
      }
      // Else its first bytes have gone, and a frame must not be cut.
    }
    if (this.takes) {
      admit()
      if (straight) this.flush()
      else this.gathered()
      if (item !== undefined && !operation.settled) this.#holdAlong(item, operation)
    } else {
      parked = { operation, admit }
      frame.along?.hold()
      this.#parked.add(parked)
    }
    if (limits !== undefined && !operation.settled) {
      const expire = () => giveUp(errorOf('ETIMEDOUT', SYSCALL))
      if (limits.timeout === 0) expire()
      else operation.watch(limits, giveUp, expire)
    }
    return operation.promise
  }

  /** Sends a large body if there is room; what the system does not take at once is copied. */
  trySend(body: Uint8Array): void {
    let failure: { error: unknown } | undefined
    const lasting = this.#transport.borrows ? Buffer.from(body) : body
    const done = (error?: unknown) => {
      if (error !== undefined) failure = { error }
    }
    const item = this.frames.appendItem(lasting, { done })
    this.flush()
    if (failure !== undefined) throw failure.error
    if (lasting === body) this.frames.keep(item)
  }

  /** Sends what was gathered. */
  flush(): void {
    this.#due = false
    if (this.#waiting || this.frames.pending === 0) return
    let tried: true | Stuck | undefined
    if (this.#transport.mayPush) {
      tried = this.#push()
      if (tried === true) return
    }
    this.#wait(tried === BLOCKED)
  }

  /** Settles when all that was sent so far is with the system. */
  drained(limits?: Limits): Promise<void> {
    if (limits?.signal?.aborted) return Promise.reject(reasonOf(limits.signal))
    this.flush()
    if (this.#failure !== undefined) {
      this.#failure.told = true
      return Promise.reject(this.#failure.error)
    }
    if (this.frames.pending === 0 && this.#parked.length === 0) return DONE
    const operation = new Operation<void>(() => BLOCKED)
    let flush: Flush | undefined
    const admit = () => {
      flush = this.#flushes.add(this.frames.gone + this.frames.pending, operation)
    }
    const parked: Parked = { operation, admit }
    if (this.#parked.length > 0) this.#parked.add(parked)
    else admit()
    const giveUp = (error: unknown) => {
      this.#parked.remove(parked)
      this.#flushes.remove(flush)
      operation.reject(error)
    }
    if (limits !== undefined) {
      operation.watch(limits, giveUp, () => giveUp(errorOf('ETIMEDOUT', SYSCALL)))
    }
    return operation.promise
  }

  /** From here on nothing is taken; what was taken still goes. */
  end(): void {
    this.#closing = true
  }

  /** Whether nothing can be sent any more. */
  get failed(): boolean {
    return this.#failure !== undefined
  }

  /** What lost something of which nobody has been told; from here on it counts as told. */
  tell(): { error: unknown } | undefined {
    if (this.#failure === undefined || this.#failure.told) return undefined
    this.#failure.told = true
    return this.#failure
  }

  /** Nothing more will go. */
  fail(error: unknown): void {
    this.#waiting = false
    if (this.#failure !== undefined) return
    const lost = this.frames.pending > 0
    const waiting = [...this.#parked.clear(), ...this.#flushes.clear()]
    const { items, head } = this.frames
    const asked = waiting.length > 0 || items.slice(head).some(({ done }) => done !== undefined)
    this.#failure = { error, told: asked || !lost }
    this.frames.clear(error)
    for (const { operation } of waiting) operation.reject(error)
    this.#onFailure(error)
  }

  /** Pushes as soon as more is taken. */
  #wait(tried: boolean): void {
    this.#waiting = true
    this.#transport
      .untilPushed(() => {
        const outcome = this.#push()
        if (outcome === true) this.#waiting = false
        return outcome
      }, tried)
      .catch((error: unknown) => this.fail(error))
  }

  /** Pushes and admits until nothing is left or no more is taken. */
  #push(): true | Stuck {
    for (;;) {
      let outcome: true | Stuck
      try {
        outcome = this.#transport.push(this.frames)
      } catch (error) {
        if (this.#skipped(error)) continue
        this.fail(error)
        return true
      }
      this.#progress()
      if (outcome !== true) return outcome
      if (this.frames.pending === 0) return true
    }
  }

  /** A frame that can't be sent is taken out, unless a part of it has gone; then nothing more can be sent. */
  #skipped(error: unknown): boolean {
    const item = this.frames.items[this.frames.head]
    const code = (error as { code?: unknown } | null)?.code
    const itsOwn = item?.run === false && OWN.has(code)
    if (!itsOwn || !this.#remove(item)) {
      if (itsOwn) this.#transport.endSending()
      return false
    }
    item.along?.release()
    item.done?.(error)
    return true
  }

  /** Some have gone: tells who waits for it, and lets in who waits for room. */
  #progress(): void {
    this.#flushes.passed(this.frames.gone)
    if (this.#parked.length === 0) return
    this.#parked.admit(() => this.frames.pending < this.#mark)
    this.#flushes.passed(this.frames.gone)
  }

  /** Takes an item back: those who wait for what is behind it wait for less. */
  #remove(item: Item): boolean {
    const place = this.frames.remove(item)
    if (place === undefined) return false
    this.#flushes.shorten(place, item.bytes)
    return true
  }

  /** What goes along with a send that waits is held, so that its owners may close it. */
  #holdAlong(item: Item, operation: Operation<void>): void {
    if (item.along === undefined || item.along.gone) return
    try {
      item.along.hold()
    } catch (error) {
      this.#remove(item)
      item.along.release()
      operation.reject(error)
    }
  }
}

/** What settles an operation. */
function settling(operation: Operation<void>): (error?: unknown) => void {
  return (error) => {
    if (error === undefined) operation.resolve()
    else operation.reject(error)
  }
}

/** Failures that are of one frame and not of the direction. */
const OWN: ReadonlySet<unknown> = new Set([
  'ERR_INVALID_STATE',
  'EBADF',
  'EINVAL',
  'EMSGSIZE',
  'EPERM',
  'ETOOMANYREFS',
])
