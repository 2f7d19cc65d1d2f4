/**
 * What the waits for bytes were like, and so what the next one will be like: short enough to be made on
 * this thread, or not.
 */
import { readiness } from './native.js'
import { monotonic } from './timers.js'

/** Milliseconds: a wait of fewer is `short`, and one on this thread `pays` if it takes fewer. */
const MEASURES = { short: 0.25, pays: 0.25 }
/** Where the event loop tells of what came as soon as this thread would hear of it, unless it is there at once. */
const MEASURES_BESIDE_THE_LOOP = { short: 0.1, pays: 0.05 }
/** After so many short waits in a row the next one is made on this thread. */
const ENOUGH = 2
/** The most that ENOUGH grows to while such waits don't pay: each that does not doubles it, the others halve it. */
const MOST = 64

/** The memory of one end's waits. */
export class Patience {
  readonly #measures: typeof MEASURES
  #began = 0
  #short = 0
  #enough = ENOUGH

  constructor() {
    this.#measures = readiness() === 'loop' ? MEASURES_BESIDE_THE_LOOP : MEASURES
  }

  /** Whether the next wait is likely to be short. */
  get expectsShort(): boolean {
    return this.#short >= this.#enough
  }

  /** A wait begins. */
  begin(): void {
    this.#began = monotonic()
  }

  /** One that others told of is over. */
  end(): void {
    if (monotonic() - this.#began < this.#measures.short) this.#short++
    else this.#short = 0
  }

  /** One on this thread is over: `ready` in time or not, it cost the event loop its whole length. */
  endLingered(ready: boolean): void {
    if (ready && monotonic() - this.#began < this.#measures.pays) {
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
