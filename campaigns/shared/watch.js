// Descriptors, threads and memory of a program that does the same again and again: after a warm-up they must
// stay where they are.

import { comesTrue, countDescriptors, descriptors, residentMemory, threads } from './own-process.js'
import { fault } from './program.js'

/** Rounds after which everything that is made once has been made. */
const WARM_UP = 10

/** MiB above the most of the first third of the rounds that may be more than noise of the allocator. */
const MOST_MORE = 128

export class Watch {
  #warmUp
  #rounds = 0
  #descriptors = 0
  #threads = 0
  /** @type {number[]} */
  #memory = []

  /** @param {number} [warmUp] rounds */
  constructor(warmUp = WARM_UP) {
    this.#warmUp = warmUp
  }

  /** True while rounds are still warming up. */
  get warming() {
    return this.#rounds < this.#warmUp
  }

  /** To be called between rounds, when the program has closed what it opened. */
  async look() {
    this.#rounds++
    if (this.#rounds <= this.#warmUp) {
      globalThis.gc?.()
      this.#descriptors = Math.max(this.#descriptors, countDescriptors())
      this.#threads = Math.max(this.#threads, threads())
      return
    }
    this.#memory.push(residentMemory())
    if (!(await comesTrue(() => countDescriptors() <= this.#descriptors))) {
      const list = descriptors().join('\n')
      fault(`${countDescriptors()} descriptors, ${this.#descriptors} after the warm-up:\n${list}`)
    }
    if (!(await comesTrue(() => threads() <= this.#threads))) {
      fault(`${threads()} threads, ${this.#threads} after the warm-up`)
    }
  }

  /** Compares the memory of the end with that of the beginning, and gives the figures. */
  end() {
    globalThis.gc?.()
    const third = Math.ceil(this.#memory.length / 3)
    const first = Math.max(0, ...this.#memory.slice(0, third))
    const last = Math.min(...this.#memory.slice(-third), residentMemory())
    if (third > 3 && last > first + MOST_MORE) {
      fault(`${last.toFixed(0)} MiB at the end, at most ${first.toFixed(0)} in the first third`)
    }
    return {
      rounds: this.#rounds,
      'most descriptors': this.#descriptors,
      'most MiB': Math.max(0, ...this.#memory),
    }
  }
}
