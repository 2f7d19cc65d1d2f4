import type { Descriptors } from './arrivals.js'

/** Bytes that a kept message counts for besides its body. */
const COST = 64

/** A message that came while nobody asked for one. */
interface Kept {
  readonly value: unknown
  readonly bytes: number
  readonly descriptors: Descriptors
  /** Why there is no value. */
  readonly failure: { error: unknown } | undefined
}

/** The messages that came while nobody asked for one, in order. */
export class KeptMessages {
  readonly #kept: Kept[] = []
  #cleared = false
  /** What they count for, together. */
  bytes = 0

  get length(): number {
    return this.#kept.length
  }

  /** Whether the next one is there and has a value. */
  get sound(): boolean {
    return this.#kept[0] !== undefined && this.#kept[0].failure === undefined
  }

  /** Keeps what `decode` gives, or throws, of a body of `length` bytes. */
  add(length: number, descriptors: Descriptors, decode: () => unknown): void {
    let value: unknown
    let failure: { error: unknown } | undefined
    try {
      value = decode()
    } catch (error) {
      failure = { error }
    }
    const kept = { value, bytes: length + COST, descriptors, failure }
    // The codec may have closed the channel.
    if (this.#cleared) return close(kept)
    this.#kept.push(kept)
    this.bytes += kept.bytes
  }

  /** Keeps an error, of which the receive learns that comes to it. */
  addFailure(error: unknown): void {
    const descriptors = { fds: [], fdsTruncated: false }
    this.#kept.push({ value: undefined, bytes: COST, descriptors, failure: { error } })
    this.bytes += COST
  }

  /** The next one with its descriptors, if there is one. @throws why it has no value */
  take(): ({ value: unknown } & Descriptors) | undefined {
    const kept = this.#kept.shift()
    if (kept === undefined) return undefined
    this.bytes -= kept.bytes
    if (kept.failure !== undefined) {
      close(kept)
      throw kept.failure.error
    }
    return { value: kept.value, ...kept.descriptors }
  }

  /** The next one, whose descriptors nobody asks for. @throws why it has no value */
  takeValue(): { value: unknown } | undefined {
    const taken = this.take()
    for (const received of taken?.fds ?? []) received.close()
    return taken
  }

  /** Forgets all, and what comes still. */
  clear(): void {
    this.#cleared = true
    for (const kept of this.#kept.splice(0)) close(kept)
    this.bytes = 0
  }
}

function close({ descriptors }: Kept): void {
  for (const received of descriptors.fds) received.close()
}
