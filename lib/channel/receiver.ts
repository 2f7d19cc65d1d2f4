import { reasonOf } from '../abort.js'
import type { Limits } from '../arguments.js'
import { errorOf } from '../errors.js'
import { BLOCKED } from '../operation.js'
import { spend } from '../turn.js'
import { endTurn } from '../turn-end.js'
import type { Descriptors } from './arrivals.js'
import { cutFrame, isBadFrame } from './channel-errors.js'
import type { Coder } from './codec.js'
import { KIND } from './frame-header.js'
import { FrameReader } from './frame-reader.js'
import { KeptMessages } from './kept.js'
import type { Transport } from './transport.js'
import { queueMicrotask } from '../timers.js'

/** Hears of the frames that are no messages. */
export interface Listener {
  /** Whether some are expected. */
  readonly listening: boolean
  /** Takes in the frame that `reader` has found. */
  hear(reader: FrameReader): void
  /** None will come any more. */
  deaf(error: unknown): void
}

/** Bytes that one attempt receives at most, before it is somebody else's turn. */
const MOST_AT_ONCE = 1024 * 1024

/**
 * The receiving direction of a channel. Receives wait in the queue of the transport, and each looks first at
 * what is here. While frames that are no messages are expected, one receive of the channel's own waits among
 * them, the listening one: it keeps the messages that it meets, up to the mark, for those who ask later.
 */
export class Receiver {
  readonly reader: FrameReader
  readonly #transport: Transport
  readonly #coder: Coder
  readonly #listener: Listener
  readonly #mark: number
  readonly #kept = new KeptMessages()
  #isListening = false
  /** Nothing more will come, whatever the transport says. */
  #ended = false
  /** What the next receive must be told. */
  #failure: { error: unknown } | undefined

  constructor(transport: Transport, coder: Coder, most: number, mark: number, listener: Listener) {
    this.#transport = transport
    this.#coder = coder
    this.#mark = mark
    this.#listener = listener
    this.reader = new FrameReader(most)
  }

  /** The next value; null at the end. */
  one(limits: Limits | undefined): Promise<unknown> {
    return this.#receive(() => {
      const kept = this.#kept.length > 0 ? this.#kept.takeValue() : undefined
      if (kept !== undefined) return kept.value
      const found = this.#find()
      if (found !== true) return found
      this.#discard()
      return this.#coder.decode(this.reader)
    }, limits)
  }

  /** The next value with its descriptors; null at the end. */
  whole(limits: Limits | undefined): Promise<({ value: unknown } & Descriptors) | null> {
    return this.#receive(() => {
      const kept = this.#kept.take()
      if (kept !== undefined) return kept
      const found = this.#find()
      if (found !== true) return found
      const descriptors = this.#descriptors()
      try {
        return { value: this.#coder.decode(this.reader), ...descriptors }
      } catch (error) {
        for (const received of descriptors.fds) received.close()
        throw error
      }
    }, limits)
  }

  /** The values that are here, at most so many; null at the end. */
  many(most: number, copy: boolean, limits?: Limits): Promise<unknown[] | null> {
    return this.#receive(() => {
      const values: unknown[] = []
      const kept = this.#kept
      while (values.length < most && kept.sound) values.push(kept.takeValue()?.value)
      if (values.length > 0) return values
      kept.take()
      const found = this.#find()
      if (found !== true) return found
      const reader = this.reader
      const coder = this.#coder
      // Views would be overwritten by what the listening receive brings.
      const view = copy || this.#listener.listening ? undefined : coder.view
      const { arrivals } = this.#transport
      do {
        if (arrivals?.empty === false || reader.kind !== KIND.message) this.#discard()
        if (reader.kind !== KIND.message) {
          this.#listener.hear(reader)
          continue
        }
        try {
          values.push(view === undefined ? coder.decode(reader) : view(reader))
        } catch (error) {
          if (values.length === 0) throw error
          this.#failure = { error }
          return values
        }
      } while (values.length < most && this.#another())
      return values
    }, limits)
  }

  /** Waits for frames that are no messages, as long as some are expected. */
  listen(): void {
    if (this.#isListening || this.#ended || !this.#listener.listening) return
    if (this.#kept.bytes >= this.#mark || this.#failure !== undefined) return
    this.#isListening = true
    void this.#listen()
  }

  /** Stops that wait, if none are expected any more. */
  relax(): void {
    // Not at once: this may be called from within a receive.
    if (this.#isListening) queueMicrotask(() => this.#transport.retry())
  }

  /** Closes what was kept for nobody. */
  clear(): void {
    this.#kept.clear()
  }

  #receive<T>(attempt: () => T | typeof BLOCKED, limits: Limits | undefined): Promise<T> {
    const transport = this.#transport
    const aborted = limits?.signal?.aborted === true ? limits.signal : undefined
    let tried = false
    if (transport.mayFill || (this.#kept.length > 0 && transport.waiting <= 1)) {
      if (aborted !== undefined) return Promise.reject(reasonOf(aborted))
      // What is received next may be the answer to what was gathered, here or elsewhere.
      if (this.reader.buffered === 0) endTurn()
      const outcome = attempt()
      spend(0)
      if (outcome !== BLOCKED) {
        if (this.#listener.listening) this.listen()
        return Promise.resolve(outcome as T)
      }
      tried = true
    }
    if (aborted === undefined) endTurn()
    return transport.untilFilled(attempt, limits, tried && transport.waiting === 0)
  }

  /** Finds the next message, and lets the listener hear what comes before it. */
  #find(): true | null | typeof BLOCKED {
    this.#raise()
    let budget = MOST_AT_ONCE
    for (;;) {
      while (!this.#ended && this.#next()) {
        if (this.reader.kind === KIND.message) return true
        this.#discard()
        this.#listener.hear(this.reader)
      }
      if (this.#ended) return null
      if (budget <= 0) return BLOCKED
      const landed = this.#fill()
      if (landed === BLOCKED) return BLOCKED
      if (landed === 0) {
        this.#listener.deaf(errorOf('ECONNRESET', 'recvmsg'))
        const { buffered } = this.reader
        if (buffered > 0) throw this.#end(cutFrame(buffered))
        return null
      }
      budget -= landed
    }
  }

  #fill(): number | typeof BLOCKED {
    try {
      return this.#transport.fill(this.reader)
    } catch (error) {
      throw isBadFrame(error) ? this.#end(error) : error
    }
  }

  #next(): boolean {
    try {
      return this.reader.next()
    } catch (error) {
      throw this.#end(error)
    }
  }

  /** Whether one more is here: what is wrong behind it is told by the next receive. */
  #another(): boolean {
    try {
      return this.#next()
    } catch (error) {
      this.#failure = { error }
      return false
    }
  }

  /** Ends this direction; gives the error. */
  #end(error: unknown): unknown {
    this.#ended = true
    this.#transport.endReceiving()
    this.#transport.arrivals?.clear()
    this.#listener.deaf(error)
    return error
  }

  #raise(): void {
    if (this.#failure === undefined) return
    const { error } = this.#failure
    this.#failure = undefined
    throw error
  }

  #descriptors(): Descriptors {
    const { position, positionBehind, descriptors } = this.reader
    const { arrivals } = this.#transport
    if (descriptors === 0 && arrivals?.empty !== false) return { fds: [], fdsTruncated: false }
    return (
      arrivals?.take(position, positionBehind, descriptors) ?? {
        fds: [],
        fdsTruncated: descriptors > 0,
      }
    )
  }

  #discard(): void {
    const { arrivals } = this.#transport
    if (arrivals?.empty === false) arrivals.discard(this.reader.positionBehind)
  }

  async #listen(): Promise<void> {
    let again = false
    try {
      again = await this.#transport.untilFilled(() => this.#listenOnce(), undefined, false)
    } catch (error) {
      this.#listener.deaf(error)
    }
    this.#isListening = false
    if (again) this.listen()
  }

  /** True: it must be done again, behind the receives that wait for a message. */
  #listenOnce(): boolean | typeof BLOCKED {
    while (this.#listener.listening) {
      let found
      try {
        found = this.#find()
      } catch (error) {
        this.#failure = { error }
        return !this.#ended && this.#transport.waiting > 1
      }
      if (found === BLOCKED) return BLOCKED
      if (found === null) return false
      if (this.#transport.waiting > 1) {
        this.reader.back()
        return true
      }
      this.#keep()
      if (this.#kept.bytes >= this.#mark) return false
    }
    return false
  }

  #keep(): void {
    const { reader } = this
    const length = reader.bodyEnd - reader.bodyStart
    this.#kept.add(length, this.#descriptors(), () => this.#coder.decode(reader))
  }
}
