import { reasonOf } from '../abort.js'
import type { Limits } from '../arguments.js'
import { errorOf, failureOf } from '../errors.js'
import { OUT_OF_BOUNDS } from '../native.js'
import { BLOCKED, Operation } from '../operation.js'
import { atTurnEnd, type Flusher } from '../turn-end.js'
import { type Done, type Flush, Flushes } from './flushes.js'
import { type Extension, HEADER } from './frame-header.js'
import type { FrameOptions, Item } from './frame-writer.js'
import { FrameWriter } from './frame-writer.js'
import { type Parked, ParkedSends } from './parked.js'
import { GATHERED } from './slab-pool.js'
import { tell, wasTold } from './told.js'
import type { Stuck, Transport } from './transport.js'

/** What is sent at once, or is settled already. */
export const DONE: Promise<void> = Promise.resolve()

const SYSCALL = 'sendmsg'

/** A frame of which a function hears, and not a promise: where it is. */
export interface Posted {
  item?: Item
  parked?: Parked
}

/**
 * The sending direction of a channel: a queue that is bounded in bytes, and behind it the sends that wait
 * for room.
 */
export class Sender implements Flusher {
  readonly frames = new FrameWriter()
  readonly #transport: Transport
  readonly #mark: number
  /** Called with what made sending end; true if the caller has learned that it has. */
  readonly #onFailure: (error: unknown) => boolean
  readonly #parked = new ParkedSends()
  readonly #flushes = new Flushes()
  /** Small values beyond the mark, in groups: each group waits until there would have been room for its last. */
  readonly #beyond = new Flushes()
  #group: { flush: Flush; promise: Promise<void>; limit: number } | undefined
  /** An attempt waits in the transport's queue. */
  #waiting = false
  #due = false
  #closing = false
  #failure: { error: unknown; lost: boolean } | undefined

  constructor(transport: Transport, mark: number, onFailure: (error: unknown) => boolean) {
    this.#transport = transport
    this.#mark = mark
    this.#onFailure = onFailure
  }

  /** Whether a value is taken at once. */
  get takes(): boolean {
    return this.frames.pending < this.#mark && this.gathers
  }

  /** Whether what is put into {@link frames} goes behind all that was sent before. */
  get gathers(): boolean {
    return (
      this.#parked.length === 0 &&
      this.#failure === undefined &&
      !this.#closing &&
      !this.#transport.closed
    )
  }

  /** @throws why nothing can be sent any more, which the caller learns */
  check(): void {
    this.#check()
    if (this.#failure !== undefined) throw tell(this.#failure.error)
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

  /**
   * A small value was put into {@link frames} beyond the mark. A burst of such sends would cost a promise each;
   * those that are near each other share one.
   * @param start where its frame begins, as {@link FrameWriter.gone} counts
   * @returns settles when there would have been room
   */
  gatheredBeyond(start: number): Promise<void> {
    const target = start - this.#mark + 1
    if (this.#group !== undefined && start < this.#group.limit) {
      this.#group.flush.target = target
    } else {
      const operation = new Operation<void>(() => BLOCKED)
      const settle = settling(operation)
      const flush = this.#beyond.add(target, (error) => {
        if (this.#group?.flush === flush) this.#group = undefined
        return settle(error)
      })
      this.#group = { flush, promise: operation.promise, limit: start + GATHERED }
    }
    const { promise } = this.#group
    this.gathered()
    return promise
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
    const { length } = body
    const straight = length >= this.#transport.direct || frame.along !== undefined
    const done = settling(operation)
    const admit = () => {
      // It may have waited: its memory must not have changed since.
      if (body.length !== length) {
        frame.along?.release()
        done(failureOf(OUT_OF_BOUNDS, SYSCALL))
      } else if (straight) {
        item = this.frames.appendItem(body, { ...frame, done })
      } else {
        this.frames.append(body)
        done()
      }
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
      const fail = (error: unknown) => {
        frame.along?.release()
        return done(error)
      }
      parked = { admit, fail }
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

  /** Sends a frame of another kind than a message, of which `done` hears: at once, or when there is room. */
  post(body: Uint8Array, extension: Extension, done: Done): Posted {
    this.#check()
    if (this.#failure !== undefined) throw this.#failure.error
    const posted: Posted = {}
    const straight = body.length >= this.#transport.direct
    const put = (bytes: Uint8Array) => {
      if (straight) {
        posted.item = this.frames.appendItem(bytes, { extension, done })
        return
      }
      this.frames.appendExtended(bytes, extension)
      this.#flushes.add(this.frames.gone + this.frames.pending, done)
    }
    if (this.takes) {
      put(body)
      if (straight) this.flush()
      else this.gathered()
      return posted
    }
    const { length } = body
    const kept = straight ? body : Buffer.from(body)
    const admit = () => {
      delete posted.parked
      if (kept.length === length) put(kept)
      else done(failureOf(OUT_OF_BOUNDS, SYSCALL))
    }
    posted.parked = { admit, fail: done }
    this.#parked.add(posted.parked)
    return posted
  }

  /** Takes a frame back, or what has not gone of its memory becomes a copy. True if nothing of it goes. */
  withdraw({ item, parked }: Posted): boolean {
    if (parked !== undefined) return this.#parked.remove(parked)
    if (item === undefined) return false
    if (!this.#remove(item)) {
      this.frames.keep(item)
      return false
    }
    this.#progress()
    if (this.frames.pending > 0) this.gathered()
    return true
  }

  /** Sends a large body if there is room; what the system does not take at once is copied. */
  trySend(body: Uint8Array): void {
    let failure: { error: unknown } | undefined
    let tried = false
    const lasting = this.#transport.borrows ? Buffer.from(body) : body
    const done = (error?: unknown) => {
      if (error !== undefined) failure = { error }
      return !tried
    }
    const item = this.frames.appendItem(lasting, { done })
    this.flush()
    tried = true
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
    if (this.#failure !== undefined) return Promise.reject(tell(this.#failure.error))
    if (this.frames.pending === 0 && this.#parked.length === 0) return DONE
    const operation = new Operation<void>(() => BLOCKED)
    let flush: Flush | undefined
    const done = settling(operation)
    const admit = () => {
      flush = this.#flushes.add(this.frames.gone + this.frames.pending, done)
    }
    const parked: Parked = { admit, fail: done }
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

  /** What lost something of which the caller has not learned; from here on it counts as told. */
  tell(): { error: unknown } | undefined {
    const failure = this.#failure
    if (failure === undefined || !failure.lost || wasTold(failure.error)) return undefined
    tell(failure.error)
    return failure
  }

  /** Nothing more will go. */
  fail(error: unknown): void {
    this.#waiting = false
    if (this.#failure !== undefined) return
    this.#failure = { error, lost: this.frames.pending > 0 || this.#parked.length > 0 }
    const waiting = [...this.#beyond.clear(), ...this.#parked.clear(), ...this.#flushes.clear()]
    let told = this.frames.clear(error)
    for (const one of waiting) {
      if ('fail' in one ? one.fail(error) : one.done(error)) told = true
    }
    if (this.#onFailure(error) || told) tell(error)
  }

  #check(): void {
    if (this.#closing || this.#transport.closed) throw errorOf('EBADF', SYSCALL)
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
    this.#beyond.passed(this.frames.gone)
    this.#flushes.passed(this.frames.gone)
    if (this.#parked.length === 0) return
    this.#parked.admit(() => this.frames.pending < this.#mark)
    this.#flushes.passed(this.frames.gone)
  }

  /** Takes an item back: those who wait for what is behind it wait for less. */
  #remove(item: Item): boolean {
    const place = this.frames.remove(item)
    if (place === undefined) return false
    this.#beyond.shorten(place - this.#mark, item.bytes)
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
function settling(operation: Operation<void>): Done {
  return (error) => {
    if (error === undefined) operation.resolve()
    else operation.reject(error)
    return true
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
