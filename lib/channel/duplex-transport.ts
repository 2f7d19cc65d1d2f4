import type { Duplex } from 'node:stream'
import type { OperationOptions } from '../arguments.js'
import { errorOf } from '../errors.js'
import { type Attempt, BLOCKED, Operation } from '../operation.js'
import { mayTry, rest, type Resting, spend, wake } from '../turn.js'
import type { FrameReader } from './frame-reader.js'
import { DIRECT, type FrameWriter } from './frame-writer.js'
import type { Stuck, Transport } from './transport.js'
import { sound } from './views.js'

/** Frames over a Duplex of Node: as over a stream socket, without descriptors. */
export class DuplexTransport implements Transport, Resting {
  readonly direct = DIRECT
  readonly borrows = true
  readonly arrivals = undefined
  readonly #duplex: Duplex
  #receives: Operation[] = []
  #send: (() => void) | undefined
  /** Frames were given to the stream, which has not said yet that they have gone. */
  #writing = false
  #writeFailure: { error: unknown } | undefined
  #readFailure: { error: unknown } | undefined
  #closing = false

  constructor(duplex: Duplex) {
    this.#duplex = duplex
    const look = () => this.retry()
    duplex.on('readable', look).on('end', look)
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
      if (error) this.#writeFailure ??= { error: plain(error) }
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
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array)
    reader.room(bytes.length)
    reader.bytes.set(bytes, reader.end)
    reader.landed(bytes.length)
    spend(bytes.length)
    return bytes.length
  }

  untilFilled<T>(attempt: Attempt<T>, options: OperationOptions | undefined): Promise<T> {
    const operation = new Operation<T>(attempt)
    if (options?.signal?.aborted) {
      operation.reject(options.signal.reason)
      return operation.promise
    }
    this.#receives.push(operation as Operation)
    this.retry()
    if (options !== undefined && !operation.settled) {
      const giveUp = (error: unknown) => {
        this.#receives = this.#receives.filter((one) => one !== (operation as Operation))
        operation.reject(error)
      }
      const expire = () => giveUp(errorOf('ETIMEDOUT', 'recvmsg'))
      if (options.timeout === 0) expire()
      else operation.watch(options, giveUp, expire)
    }
    return operation.promise
  }

  /** What waits for a turn of the event loop keeps it running. */
  readonly referenced = true

  onTurn(): void {
    this.#changed()
  }

  retry(): void {
    for (let first = this.#receives[0]; first !== undefined; first = this.#receives[0]) {
      if (!mayTry()) return rest(this)
      spend(0)
      let result
      try {
        result = first.attempt()
      } catch (error) {
        this.#receives.shift()
        first.reject(error)
        continue
      }
      if (typeof result === 'symbol') {
        // What is there is more than one attempt takes: no event will tell of it again.
        if (this.#duplex.readableLength > 0) rest(this)
        return
      }
      this.#receives.shift()
      first.resolve(result)
    }
  }

  endReceiving(): void {
    // Half a Duplex can't be closed: what the peer still sends stays in its queue, which is bounded.
    this.#duplex.removeAllListeners('readable')
    this.#duplex.pause()
  }

  endSending(): void {
    this.#duplex.end()
  }

  get closed(): boolean {
    return this.#closing || this.#duplex.destroyed || this.#duplex.writableEnded
  }

  close(): Promise<void> | void {
    if (this.#closing) return
    this.#closing = true
    const duplex = this.#duplex
    for (const operation of this.#receives.splice(0)) {
      operation.reject(errorOf('ECANCELED', 'recvmsg'))
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

  #changed(): void {
    this.retry()
    this.#send?.()
  }
}

/** The error of a write, with the word that a socket has for it where the stream was closed here. */
function plain(error: NodeJS.ErrnoException): Error {
  return error.code?.startsWith('ERR_STREAM_') ? errorOf('ECANCELED', 'sendmsg') : error
}
