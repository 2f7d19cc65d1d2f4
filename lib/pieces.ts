import { byteLengthOf } from './typed-arrays.js'
import { sameLengths } from './views.js'

/** The views of one send, and how far it has got. */
export class Pieces {
  readonly #views: Uint8Array[]
  readonly #lengths: readonly number[]
  /** The view that is next, and how many of its bytes have gone. */
  index = 0
  skip = 0
  /** The bytes that have gone in all. */
  sent = 0

  constructor(views: Uint8Array[]) {
    this.#views = views
    this.#lengths = views.map(byteLengthOf)
  }

  /** The views as they were when the send began. @throws ERR_INVALID_STATE one of them is shorter now */
  get views(): Uint8Array[] {
    return sameLengths(this.#views, this.#lengths)
  }

  /** Whether there is no byte in any of them. */
  get empty(): boolean {
    return this.#lengths.every((length) => length === 0)
  }

  /** So many bytes have gone; gives whether these were the last. */
  went(bytes: number): boolean {
    this.sent += bytes
    this.skip += bytes
    while (
      this.index < this.#lengths.length &&
      this.skip >= (this.#lengths[this.index] as number)
    ) {
      this.skip -= this.#lengths[this.index++] as number
    }
    return this.index === this.#lengths.length
  }
}
