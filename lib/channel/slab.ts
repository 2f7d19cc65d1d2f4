/** Memory that frames are gathered and received in. */
export class Slab {
  readonly bytes: Buffer
  /** What they lie in, from its beginning; for views it is cheaper than to ask the Buffer each time. */
  readonly memory: ArrayBuffer
  /** Who has given views of it to its caller: it is used by no other any more. */
  viewer: object | undefined
  #data: DataView | undefined

  constructor(length: number) {
    // Slow, so that it is alone in its memory, and no pool shows it to others.
    this.bytes = Buffer.allocUnsafeSlow(length)
    this.memory = this.bytes.buffer as ArrayBuffer
  }

  /** The same memory, to write numbers. */
  get data(): DataView {
    this.#data ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length)
    return this.#data
  }
}
