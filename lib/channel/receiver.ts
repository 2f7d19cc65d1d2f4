import { reasonOf } from '../abort.js'
import type { Limits } from '../arguments.js'
import { errorOf } from '../errors.js'
import { BLOCKED } from '../operation.js'
import { spend } from '../turn.js'
import { endTurn } from '../turn-end.js'
import type { Descriptors } from './arrivals.js'
import { cutFrame, endsReceiving } from './channel-errors.js'
import type { Coder } from './codec.js'
import { KIND } from './frame-header.js'
import { FrameReader } from './frame-reader.js'
import { KeptMessages } from './kept.js'
import { tell } from './told.js'
import type { Transport } from './transport.js'
import { queueMicrotask } from '../timers.js'

/** Hears of the frames that are no messages. */
export interface Listener {
  /** True if some are expected. */
  readonly listening: boolean
  /** True if one of them may stand behind others that are not taken now. */
  readonly seeking: boolean
  /** True if a frame of this kind may be taken in; `seeking`: what is behind it is wanted. */
  takes(kind: number, seeking: boolean): boolean
  /** Takes in the frame that `reader` has found. */
  hear(reader: FrameReader): void
  /** None will come any more. */
  deaf(error: unknown): void
}

/** Bytes that one attempt receives at most, before other receives get their turn. */
const MOST_AT_ONCE = 1024 * 1024

/** The next frame is a request that must wait until answers have gone. */
const HELD: unique symbol = Symbol('held')

/**
 * The receiving direction of a channel. Receives wait in the queue of the transport, and each looks first at
 * what is here. While frames that are no messages are expected, one receive of the channel's own waits among
 * them, the listening one: it keeps the messages that it meets, up to the mark, for later receives. It ends
 * when it can't go on, and whatever may have changed that calls {@link listen}.
 */
export class Receiver {
  readonly reader: FrameReader
  readonly #transport: Transport
  readonly #coder: Coder
  readonly #listener: Listener
  readonly #mark: number
  /** The messages, and the errors, that the listening receive met. */
  readonly #kept = new KeptMessages()
  #isListening = false
  /** The listening receive is in the queue of the transport. */
  #queued = false
  /** An attempt is under way: what it calls, a codec, must not begin another one. */
  #busy = false
  /** One was wanted meanwhile. */
  #missed = false
  /** A receive has met a request that must wait. */
  #held = false
  /** Nothing more will come, whatever the transport says. */
  #ended = false
  /** Why listening is of no use any more. */
  #over: { error: unknown } | undefined
  /** What was received last was an error. */
  #trouble: { error: unknown } | undefined

  constructor(transport: Transport, coder: Coder, most: number, mark: number, listener: Listener) {
    this.#transport = transport
    this.#coder = coder
    this.#mark = mark
    this.#listener = listener
    this.reader = new FrameReader(most)
    // While the listening receive has ended, because too much is kept, nothing else reports this.
    transport.whenClosed((error) => {
      if (!this.#isListening && this.#over === undefined) this.#silence(error)
    })
  }

  /** The next value; null at the end. */
  one(limits: Limits | undefined): Promise<unknown> {
    return this.#receive(() => {
      const kept = this.#kept.length > 0 ? this.#kept.takeValue() : undefined
      if (kept !== undefined) return kept.value
      const found = this.#findMessage()
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
      const found = this.#findMessage()
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
      const found = this.#findMessage()
      if (found !== true) return found
      const reader = this.reader
      const coder = this.#coder
      // Views would be overwritten by what the listening receive brings.
      const view = copy || this.#listener.listening ? undefined : coder.view
      const { arrivals } = this.#transport
      do {
        if (reader.kind !== KIND.message) {
          if (this.#hear(true)) continue
          return values
        }
        if (arrivals?.empty === false) this.#discard()
        try {
          values.push(view === undefined ? coder.decode(reader) : view(reader))
        } catch (error) {
          if (values.length === 0) throw error
          kept.addFailure(error)
          return values
        }
      } while (values.length < most && this.#another())
      return values
    }, limits)
  }

  /** Waits for frames that are no messages, as long as some are expected. */
  listen(): void {
    const listener = this.#listener
    if (this.#isListening || !listener.listening) return
    if (this.#over !== undefined) {
      listener.deaf(this.#over.error)
      return
    }
    if (this.#kept.bytes >= this.#mark) return
    if (this.#held && !listener.takes(KIND.request, listener.seeking)) return
    this.#isListening = true
    // It may receive at any time.
    this.reader.leaveViews()
    void this.#listen()
  }

  /** Stops that wait, if none are expected any more. */
  relax(): void {
    // Not at once: this may be called from within a receive.
    if (this.#isListening) queueMicrotask(() => this.#transport.retry())
  }

  /** Goes on where requests were held back. */
  resume(): void {
    if (this.#held && this.#listener.takes(KIND.request, true)) {
      this.#held = this.#transport.held = false
      this.#transport.retry()
    }
    this.listen()
  }

  /** Closes what was kept, and no receive has taken. */
  clear(): void {
    this.#kept.clear()
  }

  #receive<T>(attempt: () => T | typeof BLOCKED, limits: Limits | undefined): Promise<T> {
    const transport = this.#transport
    const aborted = limits?.signal?.aborted === true ? limits.signal : undefined
    const alone = transport.waiting === (this.#queued ? 1 : 0)
    let tried = false
    if (!this.#busy && (transport.mayFill || (this.#kept.length > 0 && alone))) {
      if (aborted !== undefined) return Promise.reject(reasonOf(aborted))
      // What is received next may be the answer to what was gathered, here or elsewhere.
      if (this.reader.buffered === 0) endTurn()
      const outcome = this.#attempt(attempt)
      spend(0)
      if (outcome !== BLOCKED) return Promise.resolve(outcome as T)
      tried = true
    }
    if (aborted === undefined) endTurn()
    const again = () => this.#attempt(attempt)
    return transport.untilFilled(again, limits, tried && transport.waiting === 0)
  }

  /** One attempt of a receive that was called; one that ends may have made room for the listening one. */
  #attempt<T>(attempt: () => T | typeof BLOCKED): T | typeof BLOCKED {
    if (this.#busy) {
      this.#missed = true
      return BLOCKED
    }
    this.#busy = true
    let outcome: T | typeof BLOCKED | undefined
    try {
      outcome = attempt()
      return outcome
    } catch (error) {
      throw tell(error)
    } finally {
      this.#leave()
      if (outcome !== BLOCKED && !this.#isListening && this.#listener.listening) {
        queueMicrotask(() => this.listen())
      }
    }
  }

  /** An attempt is over. */
  #leave(): void {
    this.#busy = false
    if (!this.#missed) return
    this.#missed = false
    queueMicrotask(() => this.#transport.retry())
  }

  /** {@link #find} for a receive that was called. */
  #findMessage(): true | null | typeof BLOCKED {
    const found = this.#find(true)
    return found === HELD ? BLOCKED : found
  }

  /**
   * Finds the next message, and lets the listener hear what comes before it.
   * @param seeking requests that can't be begun yet may be taken in, since what is behind them is wanted
   */
  #find(seeking: boolean): true | null | typeof BLOCKED | typeof HELD {
    this.#held = this.#transport.held = false
    let budget = MOST_AT_ONCE
    for (;;) {
      while (!this.#ended && this.#next()) {
        if (this.reader.kind === KIND.message) return true
        if (!this.#hear(seeking)) return HELD
      }
      if (this.#ended) return null
      if (budget <= 0) return BLOCKED
      const landed = this.#fill()
      if (landed === BLOCKED) return BLOCKED
      if (landed === 0) {
        this.#silence(this.#trouble?.error ?? errorOf('ECONNRESET', 'recvmsg'))
        const { buffered } = this.reader
        if (buffered > 0) throw this.#end(cutFrame(buffered))
        return null
      }
      budget -= landed
    }
  }

  /** Lets the listener hear the frame that was found; false if it must wait. */
  #hear(seeking: boolean): boolean {
    const { reader } = this
    if (!this.#listener.takes(reader.kind, seeking)) {
      reader.back()
      this.#held = this.#transport.held = true
      return false
    }
    this.#discard()
    this.#listener.hear(reader)
    return true
  }

  #fill(): number | typeof BLOCKED {
    try {
      const landed = this.#transport.fill(this.reader)
      if (landed !== BLOCKED && landed > 0) this.#trouble = this.#over = undefined
      return landed
    } catch (error) {
      if (endsReceiving(error)) throw this.#end(error)
      // The same twice, and nothing in between: it will stay so.
      if (this.#trouble !== undefined) this.#silence(error)
      this.#trouble = { error }
      throw error
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
      this.#kept.addFailure(error)
      return false
    }
  }

  /** Ends this direction; gives the error. */
  #end(error: unknown): unknown {
    this.#ended = true
    this.#transport.endReceiving()
    this.#transport.arrivals?.clear()
    this.#silence(error)
    return error
  }

  /** No frame that the listener waits for will come. */
  #silence(error: unknown): void {
    this.#over = { error }
    this.#listener.deaf(error)
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
    this.#queued = true
    try {
      await this.#transport.untilFilled(() => this.#listenOnce(), undefined, false)
    } catch (error) {
      // The transport is closed, or can't wait.
      this.#silence(error)
    }
    this.#queued = false
    this.#isListening = false
    // Whatever ended it may have changed since: others are expected, or what was kept was taken.
    this.listen()
  }

  #listenOnce(): true | typeof BLOCKED {
    if (this.#busy) {
      this.#missed = true
      return BLOCKED
    }
    this.#busy = true
    try {
      const outcome = this.#hearAll()
      this.#queued = outcome === BLOCKED
      return outcome
    } finally {
      this.#leave()
    }
  }

  /** Hears and keeps what comes; true if it can't go on now, or must let others go first. */
  #hearAll(): true | typeof BLOCKED {
    while (this.#listener.listening && this.#over === undefined) {
      let found
      try {
        found = this.#find(this.#listener.seeking)
      } catch (error) {
        this.#kept.addFailure(error)
        if (this.#transport.waiting > 1) return true
        continue
      }
      if (found === BLOCKED) return BLOCKED
      if (found !== true) return true
      if (this.#transport.waiting > 1) {
        this.reader.back()
        return true
      }
      this.#keep()
      if (this.#kept.bytes >= this.#mark) return true
    }
    return true
  }

  #keep(): void {
    const { reader } = this
    const length = reader.bodyEnd - reader.bodyStart
    this.#kept.add(length, this.#descriptors(), () => this.#coder.decode(reader))
  }
}
