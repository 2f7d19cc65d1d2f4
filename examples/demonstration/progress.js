// How far it has got: a bar on a terminal, a line at the end elsewhere.

const longestBar = 30
/** What stands beside the bar, " 100 % of 1234 MB". */
const besideBar = 20
/** Milliseconds between two drawings; more often would be measured along. */
const interval = 50

export class Progress {
  #name
  #total
  #done = 0
  #drawn = 0

  /**
   * @param {string} name
   * @param {number} total bytes
   */
  constructor(name, total) {
    this.#name = name
    this.#total = total
  }

  /** @param {number} bytes */
  advance(bytes) {
    this.#done += bytes
    if (!process.stdout.isTTY) return
    const now = performance.now()
    if (now - this.#drawn < interval && this.#done < this.#total) return
    this.#drawn = now
    const share = this.#done / this.#total
    // A line that wraps could not be drawn over.
    const room = process.stdout.columns - this.#name.length - besideBar
    const width = Math.max(0, Math.min(longestBar, room))
    const bar = '█'.repeat(Math.round(share * width)).padEnd(width, '░')
    this.note(`${bar} ${Math.floor(share * 100)} % of ${Math.round(this.#total / 1e6)} MB`)
  }

  /** @param {string} text shown until the next */
  note(text) {
    if (process.stdout.isTTY) process.stdout.write(`\r\u001B[K${this.#name}  ${text}`)
  }

  /** @param {string} text stays */
  end(text) {
    const clear = process.stdout.isTTY ? '\r\u001B[K' : ''
    const megabytes = Math.round(this.#done / 1e6)
    process.stdout.write(`${clear}${this.#name}: ${megabytes} MB sent, ${text}\n`)
  }
}
