/** One of the two web streams of a socket or a channel. */
export type Side = 'readable' | 'writable'

/** What the streams stand over. */
export interface Carrier {
  /** Ends that direction, for the peer to see. */
  shut(side: Side): void | Promise<void>
  /** Closes it all. */
  close(): void
}

/** The sides of a socket or a channel that have web streams; when both have ended it closes. */
export class Sides {
  readonly #carrier: Carrier
  readonly #ended = new Set<Side>()

  constructor(carrier: Carrier) {
    this.#carrier = carrier
  }

  /** That side has ended, and so has that direction of what is underneath. */
  end(side: Side): void {
    this.#ended.add(side)
    if (this.#ended.size === 2) this.#carrier.close()
  }

  /** Ends that direction, and the side with it. */
  async shut(side: Side): Promise<void> {
    try {
      await this.#carrier.shut(side)
    } finally {
      this.end(side)
    }
  }

  /** What a side does: if it fails, the side has ended. */
  async doing(side: Side, work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.end(side)
      throw error
    }
  }
}
