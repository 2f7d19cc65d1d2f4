/** Memory that frames are gathered and received in. */
export class Slab {
  readonly bytes: Buffer
  readonly data: DataView

  constructor(length: number) {
    // Slow, so that it is alone in its memory, and no pool shows it to others.
    this.bytes = Buffer.allocUnsafeSlow(length)
    this.data = new DataView(this.bytes.buffer, this.bytes.byteOffset, length)
  }
}
