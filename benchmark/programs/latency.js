// The time of each round trip within the window.

import { measured, report, warmUp } from './window.js'

/** Takes the time of each round trip. */
export class LatencyWindow {
  #times = new Float64Array(1 << 19)
  #count = 0
  #first = performance.now()
  #warm = false

  /**
   * Notes one round trip and says whether the window is over.
   *
   * @param {number} began
   */
  add(began) {
    const now = performance.now()
    if (!this.#warm) {
      if (now - this.#first < warmUp) return false
      this.#warm = true
      this.#first = now
      return false
    }
    this.#times[this.#count++] = now - began
    if (now - this.#first < measured && this.#count < this.#times.length) return false
    const sorted = this.#times.subarray(0, this.#count).toSorted()
    const at = (/** @type {number} */ share) =>
      (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN) * 1e3
    report({ p50: at(0.5), p99: at(0.99), roundTrips: sorted.length })
    return true
  }
}
