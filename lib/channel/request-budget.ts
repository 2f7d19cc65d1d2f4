/**
 * Requests of one side that the other has not answered: so many are sent at most, and so many are taken in.
 * Since both sides count alike, a side that keeps to it never has to leave a frame of such a peer unread, so
 * answers and messages behind requests always arrive. The numbers are those of docs/channel-protocol.md.
 */
interface Limit {
  readonly requests: number
  /** Bytes of their bodies, together; the request that passes this is the last one. */
  readonly bytes: number
}

const MEBIBYTE = 1024 * 1024
const ALONE: Limit = { requests: 1024, bytes: 16 * MEBIBYTE }
/** Where requests go both ways a handler may wait for the answer to one that it has sent itself. */
const CROSSING: Limit = { requests: 16_384, bytes: 64 * MEBIBYTE }

/** The unanswered requests of one direction. */
export class RequestBudget {
  #count = 0
  #bytes = 0

  /** True if there are none. */
  get empty(): boolean {
    return this.#count === 0
  }

  /**
   * True if there is room for one more.
   * @param crossing there are some of the other direction
   */
  isOpen(crossing: boolean): boolean {
    const { requests, bytes } = crossing ? CROSSING : ALONE
    return this.#count < requests && this.#bytes < bytes
  }

  add(bytes: number): void {
    this.#count++
    this.#bytes += bytes
  }

  remove(bytes: number): void {
    this.#count--
    this.#bytes -= bytes
  }

  clear(): void {
    this.#count = this.#bytes = 0
  }
}
