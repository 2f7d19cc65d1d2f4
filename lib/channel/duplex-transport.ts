import type { Duplex } from 'node:stream'
import { reasonOf } from '../abort.js'
import type { Limits } from '../arguments.js'
import { errorOf } from '../errors.js'
import { type Attempt, BLOCKED, Operation, SHORT_OF_BUFFERS } from '../operation.js'
import { mayTry, rest, type Resting, spend, wake } from '../turn.js'
import { plain } from '../typed-arrays.js'
import type { FrameReader } from './frame-reader.js'
import { DIRECT, type FrameWriter } from './frame-writer.js'
import type { Stuck, Transport } from './transport.js'
import { sound } from './views.js'

/** Frames over a Duplex of Node: as over a stream socket, without descriptors. */
export class DuplexTransport implements Transport, Resting {
  readonly direct = DIRECT
  readonly borrows = true
  held = false
  readonly arrivals = undefined
  readonly #duplex: Duplex
  #receives: Operation[] = []
  /** Is being tried. Its try may run the caller's code, a codec, which may do anything to this transport. */
  #running: Operation | undefined
  /** Meanwhile something else may have come. */
  #rerun = false
  #send: (() => void) | undefined
  /** Frames were given to the stream, which has not said yet that they have gone. */
  #writing = false
  #writeFailure: { error: unknown } | undefined
  #readFailure: { error: unknown } | undefined
  #closing = false
  readonly #look = (): void => this.retry()

  constructor(duplex: Duplex) {
    this.#duplex = duplex
    duplex.on('readable', this.#look).on('end', this.#look)
    duplex.on('error', (error: unknown) => {
      this.#readFailure ??= { error }
      this.#writeFailure ??= { error }
      this.#changed()
    })
    duplex.on('close', () => {
      const code = this.#closing ? 'ECANCELED' : 'ECONNRESET'
      if (!duplex.readableEnded) this.#readFailure ??= { error: errorOf(code, 'recvmsg') }
      this.#writeFailure ??= {
        error: errorOf(this.#closing ? 'ECANCELED' : 'EPIPE', 'sendmsg'),
      }
      this.#changed()
    })
  }

  get mayPush(): boolean {
    return !this.#writing && mayTry()
  }

  /** Gives all that is there to the stream, which holds the memory until it has gone; then the next. */
  push(frames: FrameWriter): true | Stuck {
    if (this.#writeFailure !== undefined) throw this.#writeFailure.error
    if (this.#writing) return BLOCKED
    if (frames.pending === 0) return true
    if (!mayTry()) {
      rest(this)
      return BLOCKED
    }
    frames.closeRun()
    const given = sound(frames)
    const views = given.flatMap((item) => item.views)
    frames.lent = given.length
    this.#writing = true
    spend(given.reduce((bytes, item) => bytes + item.bytes, 0))
    const duplex = this.#duplex
    duplex.cork()
    for (const view of views.slice(0, -1)) duplex.write(view)
    duplex.write(views.at(-1), (error) => {
      this.#writing = false
      frames.lent = 0
      if (error) this.#writeFailure ??= { error: told(error) }
      else frames.advance(given.reduce((bytes, item) => bytes + item.bytes, 0))
      this.#send?.()
    })
    duplex.uncork()
    return BLOCKED
  }

  untilPushed(attempt: Attempt<true>): Promise<true> {
    return new Promise((resolve) => {
      this.#send = () => {
        if (attempt() !== true) return
        this.#send = undefined
        resolve(true)
      }
      this.#send()
    })
  }

  get mayFill(): boolean {
    return this.#receives.length === 0 && mayTry()
  }

  get waiting(): number {
    return this.#receives.length
  }

  fill(reader: FrameReader): number | typeof BLOCKED {
    const chunk: unknown = this.#duplex.read()
    if (chunk === null) {
      if (this.#readFailure !== undefined) {
        const { error } = this.#readFailure
        this.#readFailure = undefined
        throw error
      }
      if (this.#duplex.readableEnded || this.#duplex.destroyed) return 0
      reader.rest()
      return BLOCKED
    }
    const bytes =
      typeof chunk === 'string'
        ? Buffer.from(chunk, this.#duplex.readableEncoding ?? 'utf8')
        : plain(chunk as Uint8Array)
    reader.room(bytes.length)
    reader.bytes.set(bytes, reader.end)
    reader.landed(bytes.length)
    spend(bytes.length)
    return bytes.length
  }

  untilFilled<T>(attempt: Attempt<T>, limits: Limits | undefined): Promise<T> {
    const operation = new Operation<T>(attempt)
    if (limits?.signal?.aborted) {
      operation.reject(reasonOf(limits.signal))
      return operation.promise
    }
    this.#receives.push(operation as Operation)
    this.retry()
    if (limits !== undefined && !operation.settled) {
      const giveUp = (error: unknown) => {
        this.#drop(operation as Operation)
        this.#interrupt(operation as Operation, error)
      }
      const expire = () => giveUp(errorOf('ETIMEDOUT', 'recvmsg'))
      if (limits.timeout === 0) expire()
      else operation.watch(limits, giveUp, expire)
    }
    return operation.promise
  }

  /** What waits for a turn of the event loop keeps it running. */
  readonly referenced = true

  onTurn(): void {
    this.#changed()
  }

  retry(): void {
    if (this.#running !== undefined) {
      this.#rerun = true
      return
    }
    for (let first = this.#receives[0]; first !== undefined; first = this.#receives[0]) {
      if (!mayTry()) return rest(this)
      spend(0)
      let result
      this.#running = first
      this.#rerun = false
      try {
        result = first.attempt()
      } catch (error) {
        this.#running = undefined
        this.#drop(first)
        first.reject(error)
        continue
      }
      this.#running = undefined
      if (result !== BLOCKED && result !== SHORT_OF_BUFFERS) {
        this.#drop(first)
        first.resolve(result)
      } else if (first.interrupted === undefined) {
        // What is there is more than one attempt takes: no event will tell of it again.
        if (this.#rerun || (!this.held && this.#duplex.readableLength > 0)) rest(this)
        return
      } else {
        first.reject(first.interrupted.error)
      }
    }
  }

  endReceiving(): void {
    // Half a Duplex can't be closed: what the peer still sends stays in its queue, which is bounded.
    this.#duplex.off('readable', this.#look)
    this.#duplex.pause()
  }

  endSending(): void {
    this.#duplex.end()
  }

  get closed(): boolean {
    return this.#closing || this.#duplex.destroyed || this.#duplex.writableEnded
  }

  whenClosed(listener: (error: unknown) => void): void {
    this.#duplex.once('close', () => {
      listener(this.#readFailure?.error ?? errorOf('ECONNRESET', 'recvmsg'))
    })
  }

  close(): Promise<void> | void {
    if (this.#closing) return
    this.#closing = true
    const duplex = this.#duplex
    for (const operation of this.#receives.splice(0)) {
      this.#interrupt(operation, errorOf('ECANCELED', 'recvmsg'))
    }
    wake(this)
    if (duplex.destroyed) return
    return new Promise((resolve) => {
      duplex.once('close', resolve)
      if (this.#writing) duplex.destroy()
      else duplex.end(() => duplex.destroy())
    })
  }

  ref(): void {
    ;(this.#duplex as { ref?: () => void }).ref?.()
  }

  unref(): void {
    ;(this.#duplex as { unref?: () => void }).unref?.()
  }

  /** It waits no longer, wherever it stood: its own try may have taken it out already. */
  #drop(operation: Operation): void {
    const index = this.#receives.indexOf(operation)
    if (index !== -1) this.#receives.splice(index, 1)
  }

  /** Rejects what was taken out. A try under way goes before: what it takes would be lost otherwise. */
  #interrupt(operation: Operation, error: unknown): void {
    if (operation === this.#running) operation.interrupted ??= { error }
    else operation.reject(error)
  }

  #changed(): void {
    this.retry()
    this.#send?.()
  }
}

/** The error of a write, with the word that a socket has for it where the stream was closed here. */
function told(error: NodeJS.ErrnoException): Error {
  return error.code?.startsWith('ERR_STREAM_') ? errorOf('ECANCELED', 'sendmsg') : error
}
