import { reasonOf } from './abort.js'
import type { Limits } from './arguments.js'
import { failed } from './diagnostics.js'
import type { End } from './end.js'
import { errorOf, failureOf } from './errors.js'
import { hurry, linger, type Lingerer, mayLinger } from './linger.js'
import { type Attempt, BLOCKED, Operation, pending, SHORT_OF_BUFFERS } from './operation.js'
import { Patience } from './patience.js'
import { type Direction, forget, hold, release, wait, type Waiter } from './readiness.js'
import { clearInterval, clearTimeout, setInterval, setTimeout } from './timers.js'
import { mayTry, rest, type Resting, spend, wake } from './turn.js'

/** Longest pause, in milliseconds, between tries that no readiness will announce. */
const LONGEST_PAUSE = 32
/** Milliseconds after which a waiting send asks again by itself. */
const ASK_AGAIN = 500
/** So many refusals for want of buffers in a row, about a second, and the error is told. */
const MOST_REFUSALS = 36

/** The operations of one end in one direction: tried and settled in the order of their calls. */
export class Queue implements Waiter, Lingerer, Resting {
  readonly #end: End
  readonly #direction: Direction
  readonly #syscall: string
  #head: Operation | undefined
  /** Is being tried. Its try may run the caller's code, a codec, which may do anything to this queue. */
  #running: Operation | undefined
  /** Meanwhile the end was called ready, or what it answers has changed. */
  #rerun = false
  #tail: Operation | undefined
  #length = 0
  #waiting = false
  #lingering = false
  /** Of reads, made at the first wait: an end that never waits is small. */
  #patience: Patience | undefined
  /** The end was called ready, and no try has shown yet that this is true. */
  #unproven = false
  #holding = false
  #pause: NodeJS.Timeout | undefined
  #again: NodeJS.Timeout | undefined
  /** Times since the last success that it was called ready and the try said "would block". */
  #falseAlarms = 0

  constructor(end: End, direction: Direction, syscall: string) {
    this.#end = end
    this.#direction = direction
    this.#syscall = syscall
  }

  /** Microseconds of spinning that the end's user asked for. */
  get spin(): number | undefined {
    const { busyPoll } = this.#end
    return typeof busyPoll === 'number' ? busyPoll : undefined
  }

  /** Operations that wait. */
  get length(): number {
    return this.#length
  }

  /** Whether an operation may be tried at once: nobody is before it, and the event loop is not starved. */
  get free(): boolean {
    return this.#head === undefined && mayTry()
  }

  /** Whether a synchronous try would overtake somebody. */
  get empty(): boolean {
    return this.#head === undefined
  }

  /**
   * Takes an operation in and tries it as soon as it is its turn.
   * @param tried its first try was just made and would have blocked
   */
  enqueue<T>(
    attempt: Attempt<T>,
    limits?: Limits,
    report?: (error: unknown) => void,
    tried = false,
  ): Promise<T> {
    const operation = new Operation<T>(attempt, report)
    if (limits?.signal?.aborted) {
      operation.reject(reasonOf(limits.signal))
      return operation.promise
    }
    const first = this.#head === undefined && this.#running === undefined
    this.#append(operation as Operation)
    if (!first) {
      if (limits?.timeout === 0) this.#expire(operation as Operation)
    } else if (tried) {
      if (this.#rest(false)) this.#advance()
    } else if (limits?.timeout === 0) {
      this.#advance(true)
      if (this.#head === operation) this.#expire(operation as Operation)
    } else if (mayTry()) {
      this.#advance()
    } else {
      rest(this)
    }
    if (limits !== undefined && !operation.settled) {
      operation.watch(
        limits,
        (reason) => this.#remove(operation as Operation, reason),
        () => this.#expire(operation as Operation),
      )
    }
    this.adjustHold()
    return operation.promise
  }

  /** The end can be tried. */
  onReady(): void {
    this.#waiting = false
    this.#patience?.end()
    this.#unproven = true
    this.#advance()
    this.adjustHold()
  }

  /** The short wait is over. */
  onLingered(ready: boolean): void {
    if (!this.#lingering) return
    this.#lingering = false
    this.#patience?.endLingered(ready)
    this.#unproven = ready
    if (ready || this.#rest(true, false)) this.#advance()
    this.adjustHold()
  }

  /** Its turn has come. */
  onTurn(): void {
    this.retry()
  }

  /** Whether what waits may keep the event loop running. */
  get referenced(): boolean {
    return this.#end.referenced
  }

  /** Tries again although nothing announced it: what the end answers has changed. */
  retry(): void {
    if (this.#head === undefined) return
    this.#advance()
    this.adjustHold()
  }

  /** Ends every operation: the end is closed or given away. */
  cancel(): void {
    const first = this.#head
    this.#head = this.#tail = undefined
    pending.count -= this.#length
    this.#length = 0
    this.#settle()
    for (let operation = first; operation !== undefined; operation = operation.next) {
      this.#interrupt(operation, errorOf('ECANCELED', this.#syscall))
    }
    this.adjustHold()
  }

  /** A queue with operations keeps the event loop running, unless its end was told not to. */
  adjustHold(): void {
    const holding = this.#head !== undefined && this.#end.referenced
    if (holding === this.#holding) return
    this.#holding = holding
    if (holding) hold()
    else release()
  }

  #append(operation: Operation): void {
    if (this.#tail === undefined) this.#head = operation
    else this.#tail.next = operation
    this.#tail = operation
    this.#length++
    pending.count++
  }

  #shift(): Operation | undefined {
    const operation = this.#head
    this.#head = operation?.next
    if (this.#head === undefined) this.#tail = undefined
    this.#length--
    pending.count--
    return operation
  }

  /** The operation is done: it is the head, unless its own try has taken it out, or the end was closed. */
  #drop(operation: Operation): void {
    if (this.#head === operation) this.#shift()
  }

  /** Takes one operation out of the middle; the others stay in order. */
  #remove(wanted: Operation, error: unknown): void {
    let before: Operation | undefined
    let operation = this.#head
    while (operation !== undefined && operation !== wanted) {
      before = operation
      operation = operation.next
    }
    if (operation === undefined) return
    if (before === undefined) this.#head = operation.next
    else before.next = operation.next
    if (this.#tail === operation) this.#tail = before
    this.#length--
    pending.count--
    this.#interrupt(operation, error)
    if (this.#head === undefined) this.#settle()
    // The one behind may be able to do what this one could not: it is smaller, or asks for less.
    else if (before === undefined) this.retry()
    this.adjustHold()
  }

  /** Rejects what was taken out. A try under way goes before: what it takes would be lost otherwise. */
  #interrupt(operation: Operation, error: unknown): void {
    if (operation === this.#running) operation.interrupted ??= { error }
    else operation.reject(error)
  }

  /** Rejects what was interrupted during its try, which has not finished it. */
  #wasInterrupted(operation: Operation): boolean {
    if (operation.interrupted === undefined) return false
    operation.reject(operation.interrupted.error)
    return true
  }

  #expire(operation: Operation): void {
    this.#remove(operation, failed(this.#end, errorOf('ETIMEDOUT', this.#syscall)))
  }

  /** Nothing waits any more: takes back what would call. */
  #settle(): void {
    if (this.#waiting) forget(this.#end.id, this.#direction)
    if (this.#lingering) hurry(this.#end.id, this.#direction)
    this.#waiting = this.#lingering = false
    this.#falseAlarms = 0
    wake(this)
    clearTimeout(this.#pause)
    clearInterval(this.#again)
    this.#pause = this.#again = undefined
  }

  /**
   * Tries one operation after the other until one would block.
   * @param atOnce the first one can't wait for a turn of the event loop
   */
  #advance(atOnce = false): void {
    if (this.#running !== undefined) {
      this.#rerun = true
      return
    }
    let must = atOnce
    while (this.#head !== undefined) {
      if (!must && !mayTry()) return rest(this)
      must = false
      const operation = this.#head
      const before = this.#end.moved(this.#direction)
      let result
      this.#running = operation
      this.#rerun = false
      try {
        result = operation.attempt()
      } catch (error) {
        this.#running = undefined
        this.#drop(operation)
        operation.reject(failed(this.#end, error))
        continue
      }
      this.#running = undefined
      const moved = this.#end.moved(this.#direction) - before
      spend(moved)
      if (result === BLOCKED) {
        if (this.#wasInterrupted(operation) || this.#rerun) continue
        if (!this.#rest(moved > 0)) return
      } else if (result === SHORT_OF_BUFFERS) {
        if (!this.#wasInterrupted(operation) && !this.#refused(operation)) return
      } else {
        this.#falseAlarms = 0
        this.#unproven = false
        this.#drop(operation)
        operation.resolve(result)
      }
    }
    this.#settle()
  }

  /**
   * Waits for readiness; true when the end can be tried at once.
   * @param here it may begin with a short wait on this thread
   */
  #rest(progress: boolean, here = true): boolean {
    if (this.#waiting || this.#lingering) return false
    // Readiness that lies (somebody else shut this description down, or takes what comes) must not
    // become a busy loop: from the second time on a pause comes before the next wait.
    const lied = this.#unproven && !progress
    this.#unproven = false
    if (progress) this.#falseAlarms = 0
    if (lied) {
      this.#patience?.deceived()
      if (++this.#falseAlarms > 1) {
        this.#later(this.#falseAlarms)
        return false
      }
    }
    if (here && this.#waitsHere()) {
      this.#lingering = true
      this.#beginWait()
      linger(this.#end.id, this.#direction, this, this.#end.referenced)
      return false
    }
    const answer = wait(this.#end.id, this.#direction, this)
    if (answer === 'armed') {
      this.#waiting = true
      this.#beginWait()
      // A full end is not told that its peer reads no more: a try would say EPIPE, readiness says nothing.
      if (this.#direction === 1) this.#again ??= setInterval(() => this.retry(), ASK_AGAIN).unref()
      return false
    }
    if (answer === 'ready') {
      this.#unproven = true
      return true
    }
    // No wait is possible, for want of descriptors or memory: the operation can't be kept.
    this.#shift()?.reject(failed(this.#end, failureOf(answer, 'poll')))
    return true
  }

  /** Experience counts for reads: a full queue takes its reader longer than a spin to drain. */
  #beginWait(): void {
    if (this.#direction === 1) return
    this.#patience ??= new Patience()
    this.#patience.begin()
  }

  /** Whether the next wait begins on this thread. */
  #waitsHere(): boolean {
    const { busyPoll } = this.#end
    if (typeof busyPoll === 'number') return busyPoll > 0 && mayLinger()
    if (busyPoll !== 'auto' || this.#patience === undefined) return false
    return this.#patience.expectsShort && mayLinger()
  }

  /** The system had no buffers: no readiness will tell when it has. True when the next one may try. */
  #refused(operation: Operation): boolean {
    if (++operation.refusals > MOST_REFUSALS && !this.#end.refusalsAreOrdinary) {
      this.#shift()
      operation.reject(failed(this.#end, errorOf('ENOBUFS', this.#syscall)))
      return true
    }
    this.#later(operation.refusals)
    return false
  }

  #later(times: number): void {
    if (this.#pause !== undefined) return
    const pause = Math.min(2 ** Math.min(times, 8) / 2, LONGEST_PAUSE)
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      this.retry()
    }, pause).unref()
  }
}
