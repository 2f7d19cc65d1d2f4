/**
 * Requests of one side that the other has not answered: as many are sent at most, and as many are taken in.
 * Since both sides count alike, a side that keeps to it never has to leave a frame of such a peer unread, so
 * answers and messages behind requests always arrive. The numbers are those of docs/channel-protocol.md.
 */
const MOST_REQUESTS = 1024
/** Bytes of their bodies, together; the request that passes this is the last one. */
const MOST_BYTES = 16 * 1024 * 1024

/** The unanswered requests of one direction. */
export class RequestBudget {
  #count = 0
  #bytes = 0

  /** True if there is room for one more. */
  get open(): boolean {
    return this.#count < MOST_REQUESTS && this.#bytes < MOST_BYTES
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
