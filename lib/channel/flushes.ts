/** Called when so many bytes in all have gone, or with why they never will: true if that tells the caller. */
export type Done = (error?: unknown) => boolean

/** Who waits until so many bytes in all have gone. */
export interface Flush {
  target: number
  readonly done: Done
}

/** Those who wait until what was sent before has gone, in order. */
export class Flushes {
  #waiting: Flush[] = []

  get length(): number {
    return this.#waiting.length
  }

  /** Waits until so many bytes have gone. */
  add(target: number, done: Done): Flush {
    const flush = { target, done }
    this.#waiting.push(flush)
    return flush
  }

  /** It is given up. */
  remove(flush: Flush | undefined): void {
    this.#waiting = this.#waiting.filter((one) => one !== flush)
  }

  /** So many bytes have gone in all. */
  passed(gone: number): void {
    let passed = 0
    while (passed < this.#waiting.length && (this.#waiting[passed] as Flush).target <= gone)
      passed++
    if (passed === 0) return
    for (const { done } of this.#waiting.splice(0, passed)) done()
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
