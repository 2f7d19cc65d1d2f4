import { onAbort, reasonOf } from './abort.js'
import type { Limits } from './arguments.js'
import { clearTimeout, setTimeout } from './timers.js'

/** Answers of an attempt that did not finish the operation. */
export const BLOCKED: unique symbol = Symbol('would block')
export const SHORT_OF_BUFFERS: unique symbol = Symbol('no buffers')

/** One try: the operation's result, or why it must be tried again. What it throws ends the operation. */
export type Attempt<T> = () => T | typeof BLOCKED | typeof SHORT_OF_BUFFERS

/** The most that a timer of Node takes; longer than that is forever. */
const LONGEST_TIMER = 0x7fff_ffff

/** The operations that wait in the queues of this thread. */
export const pending = { count: 0 }

/** An operation in a queue: its next try, its promise and what may end it early. */
export class Operation<T = unknown> {
  next: Operation | undefined
  readonly promise: Promise<T>
  readonly attempt: Attempt<T>
  /** Puts on an error what the operation had done by then. */
  readonly report: ((error: unknown) => void) | undefined
  /** Whether the promise has been settled. */
  settled = false
  /** Tries that ended for want of buffers, in a row. */
  refusals = 0
  /** What ended it during its own try, which goes before. */
  interrupted: { readonly error: unknown } | undefined
  #resolve!: (value: T) => void
  #reject!: (error: unknown) => void
  #unlisten: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(attempt: Attempt<T>, report?: (error: unknown) => void) {
    this.attempt = attempt
    this.report = report
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /**
   * Calls `interrupt` with the reason when the signal aborts, and `expire` when the time is over. A signal
   * that can't be listened to interrupts at once, with what it throws.
   */
  watch(limits: Limits, interrupt: (reason: unknown) => void, expire: () => void): void {
    const { signal, timeout } = limits
    if (signal !== undefined) this.#listen(signal, interrupt)
    if (timeout !== undefined && timeout <= LONGEST_TIMER && !this.settled) {
      // The wait keeps the loop running, or must not: never the timer.
      this.#timer = setTimeout(expire, timeout).unref()
    }
  }

  resolve(value: T): void {
    this.#unwatch()
    this.#resolve(value)
  }

  reject(error: unknown): void {
    this.#unwatch()
    this.report?.(error)
    this.#reject(error)
  }

  #listen(signal: AbortSignal, interrupt: (reason: unknown) => void): void {
    try {
      const unlisten = onAbort(signal, () => interrupt(reasonOf(signal)))
      // The signal's own code may have ended the operation meanwhile.
      if (this.settled) return unlisten()
      this.#unlisten = unlisten
      // The first try may have aborted it, as a codec can: no listener hears of that any more.
      if (signal.aborted) interrupt(reasonOf(signal))
    } catch (error) {
      interrupt(error)
    }
  }

  #unwatch(): void {
    this.settled = true
    this.#unlisten?.()
    if (this.#timer !== undefined) clearTimeout(this.#timer)
  }
}
