import { checkInteger } from '../arguments.js'
import { invalidType } from '../errors.js'
import { clearTimeout, setTimeout } from '../timers.js'

/** The most that a timer of Node takes. */
const LONGEST_TIMER = 0x7fff_ffff

/** Tells when nothing has moved for a while. It keeps nothing running. */
export class Inactivity {
  /** Milliseconds; 0: nobody asked. */
  milliseconds = 0
  readonly #moved: () => number
  readonly #tell: () => void
  #timer: NodeJS.Timeout | undefined
  #last = 0

  /** @param moved the bytes that have moved so far: those of an operation that goes on count too */
  constructor(moved: () => number, tell: () => void) {
    this.#moved = moved
    this.#tell = tell
  }

  /** Begins anew; 0 ends it. @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
  set(milliseconds: number): void {
    if (typeof milliseconds !== 'number')
      throw invalidType('milliseconds', 'of type number', milliseconds)
    const whole = Math.min(Math.ceil(milliseconds), LONGEST_TIMER)
    checkInteger(whole, 'milliseconds', 0, LONGEST_TIMER)
    this.stop()
    this.milliseconds = whole
    if (whole === 0) return
    this.#last = this.#moved()
    this.#timer = setTimeout(() => this.#expire(), whole).unref()
  }

  /** Something happened. */
  touch(): void {
    if (this.#timer === undefined) return
    this.#last = this.#moved()
    this.#timer.refresh()
  }

  /** Nothing will be told any more. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #expire(): void {
    if (this.#moved() === this.#last) this.#tell()
    else this.touch()
  }
}
