import type { Operation } from '../operation.js'

/** Someone who waits until so many bytes in all have gone. */
export interface Flush {
  target: number
  readonly operation: Operation<void>
}

/** Those who wait until what was sent before has gone, in order. */
export class Flushes {
  #waiting: Flush[] = []

  get length(): number {
    return this.#waiting.length
  }

  /** Waits until so many bytes have gone. */
  add(target: number, operation: Operation<void>): Flush {
    const flush = { target, operation }
    this.#waiting.push(flush)
    return flush
  }

  /** It is given up. */
  remove(flush: Flush | undefined): void {
    this.#waiting = this.#waiting.filter((one) => one !== flush)
  }

  /** So many bytes have gone in all. */
  passed(gone: number): void {
    while (this.#waiting[0] !== undefined && this.#waiting[0].target <= gone) {
      this.#waiting.shift()?.operation.resolve()
    }
  }

  /** So many bytes were taken back there: those who wait for what is behind wait for less. */
  shorten(place: number, bytes: number): void {
    for (const flush of this.#waiting) {
      if (flush.target > place) flush.target -= bytes
    }
  }

  /** Gives all, and forgets them. */
  clear(): Flush[] {
    return this.#waiting.splice(0)
  }
}
