// How far a run has come: a bar with the time left on a terminal, a line a round elsewhere.

const barLength = 24

/** Told of each run, which all take about as long as the same one did in the round before. */
export class Progress {
  #rounds
  #names
  /** @type {Map<string, number>} */
  #durations = new Map()
  #round = 0
  /** @type {Set<string>} */
  #left = new Set()
  #began = 0

  /**
   * @param {number} rounds
   * @param {readonly string[]} names of what runs in each
   */
  constructor(rounds, names) {
    this.#rounds = rounds
    this.#names = names
  }

  startRound() {
    this.#round += 1
    this.#left = new Set(this.#names)
  }

  /** @param {string} name */
  startRun(name) {
    this.#began = performance.now()
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${this.#line(name)}`)
  }

  /** @param {string} name */
  endRun(name) {
    this.#durations.set(name, performance.now() - this.#began)
    this.#left.delete(name)
    if (this.#left.size > 0) return
    if (process.stderr.isTTY) process.stderr.write('\r\u001B[K')
    else console.error(`round ${this.#round} of ${this.#rounds} done, ${this.#timeLeft()} left`)
  }

  /** @param {string} name */
  #line(name) {
    const total = this.#rounds * this.#names.length
    const done = this.#round * this.#names.length - this.#left.size
    const filled = Math.floor((done / total) * barLength)
    const bar = '█'.repeat(filled) + '░'.repeat(barLength - filled)
    const columns = process.stderr.columns ?? 80
    const line = `${bar} round ${this.#round} of ${this.#rounds}, ${this.#timeLeft()} left: ${name}`
    return line.slice(0, columns - 1)
  }

  #timeLeft() {
    const known = [...this.#durations.values()]
    // Of what has not run yet, nothing better than the mean is known.
    const mean = known.reduce((sum, each) => sum + each, 0) / (known.length || 1)
    const durationOf = (/** @type {string} */ name) => this.#durations.get(name) ?? mean
    const sum = (/** @type {Iterable<string>} */ names) =>
      [...names].reduce((total, name) => total + durationOf(name), 0)
    const left = sum(this.#left) + (this.#rounds - this.#round) * sum(this.#names)
    const seconds = known.length === 0 ? Number.NaN : Math.ceil(left / 1e3)
    if (Number.isNaN(seconds)) return '?'
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  }
}
