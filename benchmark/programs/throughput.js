// Counting what arrives within the window, as benchmark/c/receiver.c does.

import { measured, report, warmUp } from './window.js'

/** Counts what arrives; one look at the clock per message is too dear when messages are small. */
export class ThroughputWindow {
  /** @type {number | undefined} */
  #first
  /** @type {number | undefined} */
  #start
  #bytes = 0
  #messages = 0
  #calls = 0
  #lookEvery

  /** @param {number} usualBytes of one receipt */
  constructor(usualBytes) {
    this.#lookEvery = usualBytes < 4096 ? 64 : 1
  }

  /**
   * Counts one receipt and says whether the window is over.
   *
   * @param {number} bytes
   * @param {number} [messages] that it held
   */
  add(bytes, messages = 1) {
    this.#bytes += bytes
    this.#messages += messages
    this.#calls += 1
    if (this.#calls !== 1 && this.#calls % this.#lookEvery !== 0) return false
    const now = performance.now()
    this.#first ??= now
    if (this.#start !== undefined) return this.#isOver(now - this.#start)
    if (now - this.#first >= warmUp) {
      this.#start = now
      this.#bytes = 0
      this.#messages = 0
    }
    return false
  }

  /** @param {number} elapsed */
  #isOver(elapsed) {
    if (elapsed < measured) return false
    report({ bytes: this.#bytes, messages: this.#messages, seconds: elapsed / 1e3 })
    return true
  }
}
