/**
 * What the waits of one direction were like, and so what the next one will be like: short enough to be
 * made on this thread, or not.
 */

/** A wait of fewer milliseconds is short. */
const SHORT = 0.25
/** After so many short waits in a row the next one is made on this thread. */
const ENOUGH = 2
/** The most that ENOUGH grows to while such waits turn out long: each failure doubles it. */
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

  /** A wait for the driver begins. */
  begin(): void {
    this.#began = performance.now()
  }

  /** It is over. */
  end(): void {
    if (performance.now() - this.#began < SHORT) this.#short++
    else this.#short = 0
  }

  /** A wait on this thread was short, as expected. */
  kept(): void {
    this.#enough = ENOUGH
  }

  /** It was not, and cost the event loop its whole length. */
  disappointed(): void {
    this.#short = 0
    this.#enough = Math.min(this.#enough * 2, MOST)
  }

  /** What it said was wrong: the next wait is the driver's. */
  deceived(): void {
    this.#short = 0
  }
}
