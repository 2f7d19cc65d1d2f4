/**
 * What the waits of one direction were like, and so what the next one will be like: short enough to be
 * made on this thread, or not.
 */
import { readiness } from './native.js'

const byLoop = readiness() === 'loop'
/** A wait of fewer milliseconds is short. */
const SHORT = byLoop ? 0.1 : 0.25
/** One on this thread pays if it takes fewer: the event loop would have told of it as soon. */
const PAYS = byLoop ? 0.05 : 0.25
/** After so many short waits in a row the next one is made on this thread. */
const ENOUGH = 2
/** The most that ENOUGH grows to while such waits don't pay: each that does not doubles it, the others halve it. */
const MOST = 64

/** The memory of one direction's waits. */
export class Patience {
  #began = 0
  #short = 0
  #enough = ENOUGH

  /** Whether the next wait is likely to be short. */
  get expectsShort(): boolean {
    return this.#short >= this.#enough
  }

  /** A wait begins. */
  begin(): void {
    this.#began = performance.now()
  }

  /** One that others told of is over. */
  end(): void {
    if (performance.now() - this.#began < SHORT) this.#short++
    else this.#short = 0
  }

  /** One on this thread is over: `ready` in time or not, it cost the event loop its whole length. */
  endLingered(ready: boolean): void {
    if (ready && performance.now() - this.#began < PAYS) {
      this.#enough = Math.max(this.#enough >> 1, ENOUGH)
    } else {
      this.#short = 0
      this.#enough = Math.min(this.#enough * 2, MOST)
    }
  }

  /** What it said was wrong: the next wait is the driver's. */
  deceived(): void {
    this.#short = 0
  }
}
