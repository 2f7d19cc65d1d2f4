/** Memory that frames are gathered and received in. */
export class Slab {
  readonly bytes: Buffer
  #data: DataView | undefined

  constructor(length: number) {
    // Slow, so that it is alone in its memory, and no pool shows it to others.
    this.bytes = Buffer.allocUnsafeSlow(length)
  }

  /** The same memory, to write numbers. */
  get data(): DataView {
    this.#data ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length)
    return this.#data
  }
}
