// The time of each round trip within the window.

import { measured, report, warmUp } from './window.js'

/** The shares of the round trips whose time is told, for a chart of the distribution. */
const shares = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 1]

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
    const distribution = shares.map(at)
    report({ p50: at(0.5), p99: at(0.99), roundTrips: sorted.length, distribution })
    return true
  }
}
