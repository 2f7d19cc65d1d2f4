// Numbers that look random and are the same again for the same seed.

export class Random {
  #state

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0
    // Neighboring seeds must not begin alike.
    for (let i = 0; i < 4; i++) this.word()
  }

  /** Any number of 32 bits: the generator mulberry32. */
  word() {
    this.#state = (this.#state + 0x6d_2b_79_f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  /**
   * A whole number from 0, below `end`.
   *
   * @param {number} end
   */
  below(end) {
    return Math.floor((this.word() / 2 ** 32) * end)
  }

  /**
   * A whole number from `least` to `most`.
   *
   * @param {number} least
   * @param {number} most
   */
  between(least, most) {
    return least + this.below(most - least + 1)
  }

  /**
   * True once in `times` calls.
   *
   * @param {number} times
   */
  once(times) {
    return this.below(times) === 0
  }

  /**
   * One of a list.
   *
   * @template T
   * @param {readonly T[]} list
   * @returns {T}
   */
  pick(list) {
    return /** @type {T} */ (list[this.below(list.length)])
  }

  /** A length: mostly small, seldom up to 300 KiB. */
  length() {
    return this.below(2 ** this.pick([1, 3, 6, 6, 8, 8, 12, 14, 16, 18]) * 1.2)
  }
}
