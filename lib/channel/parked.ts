/** A send or a flush that waits until there is room in the queue. */
export interface Parked {
  /** There is room: it goes in. */
  admit(): void
  /** It never will, because of `error`: true if that tells the caller. */
  fail(error: unknown): boolean
}

/** Those who wait for room, in order. */
export class ParkedSends {
  #waiting: Parked[] = []

  get length(): number {
    return this.#waiting.length
  }

  add(parked: Parked): void {
    this.#waiting.push(parked)
  }

  /** It is given up; false if it does not wait any more. */
  remove(parked: Parked): boolean {
    const index = this.#waiting.indexOf(parked)
    if (index === -1) return false
    this.#waiting.splice(index, 1)
    return true
  }

  /** Lets them in, one after the other, as long as there is room. */
  admit(hasRoom: () => boolean): void {
    let admitted = 0
    for (; admitted < this.#waiting.length && hasRoom(); admitted++) {
      this.#waiting[admitted]?.admit()
    }
    if (admitted > 0) this.#waiting.splice(0, admitted)
  }

  /** Gives all, and forgets them. */
  clear(): Parked[] {
    return this.#waiting.splice(0)
  }
}
