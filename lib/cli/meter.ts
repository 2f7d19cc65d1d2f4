/** The line of `--meter`. */
import type { WriteStream } from 'node:tty'
import type { Counts } from './carrying.js'
import { bytes, duration } from './figures.js'
import { clearInterval, monotonic, setInterval } from '../timers.js'

/** Milliseconds from one drawing to the next. */
const EVERY = 100
/** So many drawings back rates are taken from: a second. */
const BACK = 10

interface Sample extends Counts {
  at: number
}

/**
 * Shows how much has gone each way and how fast: drawn again and again in one line of a terminal, elsewhere
 * one line at the end. The rates of the last line are those of the whole time.
 */
export class Meter {
  readonly #stream: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>
  readonly #counts: Counts
  readonly #samples: Sample[]
  readonly #first: Sample
  readonly #timer: NodeJS.Timeout | undefined

  constructor(stream: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>, counts: Counts) {
    this.#stream = stream
    this.#counts = counts
    this.#first = this.#sample()
    this.#samples = [this.#first]
    if (stream.isTTY) {
      this.#draw()
      this.#timer = setInterval(() => this.#draw(), EVERY)
    }
  }

  /** Shows the totals, and leaves the line. */
  end(): void {
    clearInterval(this.#timer)
    const line = this.#lineSince(this.#first, this.#sample())
    this.#stream.write(this.#stream.isTTY ? `\r${this.#fit(line)}\u001B[K\n` : `${line}\n`)
  }

  #draw(): void {
    const now = this.#sample()
    this.#samples.push(now)
    if (this.#samples.length > BACK + 1) this.#samples.shift()
    const line = this.#lineSince(this.#samples[0] as Sample, now)
    this.#stream.write(`\r${this.#fit(line)}\u001B[K`)
  }

  #sample(): Sample {
    return { ...this.#counts, at: monotonic() }
  }

  #lineSince(then: Sample, now: Sample): string {
    const seconds = Math.max(now.at - then.at, 1) / 1e3
    const way = (name: string, key: keyof Counts) =>
      `${name} ${bytes(now[key])}, ${bytes((now[key] - then[key]) / seconds)}/s`
    const ways = [way('1>2', 'aToB'), way('2>1', 'bToA')]
    return [...ways, duration(now.at - this.#first.at)].join('   ')
  }

  /** A line that is too long would leave its beginning behind. */
  #fit(line: string): string {
    return line.slice(0, Math.max(1, (this.#stream.columns || 80) - 1))
  }
}
