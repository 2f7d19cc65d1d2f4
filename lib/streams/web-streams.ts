import { type Carrier, Sides } from './sides.js'

/** The two web streams of a socket or a channel, made when first asked for. */
export class WebStreams<R, W> {
  readonly #sides: Sides
  readonly #makeReadable: (sides: Sides) => ReadableStream<R>
  readonly #makeWritable: (sides: Sides) => WritableStream<W>
  #readable: ReadableStream<R> | undefined
  #writable: WritableStream<W> | undefined

  constructor(
    carrier: Carrier,
    makeReadable: (sides: Sides) => ReadableStream<R>,
    makeWritable: (sides: Sides) => WritableStream<W>,
  ) {
    this.#sides = new Sides(carrier)
    this.#makeReadable = makeReadable
    this.#makeWritable = makeWritable
  }

  get readable(): ReadableStream<R> {
    return (this.#readable ??= this.#makeReadable(this.#sides))
  }

  get writable(): WritableStream<W> {
    return (this.#writable ??= this.#makeWritable(this.#sides))
  }
}
