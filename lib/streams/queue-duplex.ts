import type { End } from '../end.js'
import { coded } from '../errors.js'
import { hasToWait } from '../large-writes.js'
import { type Attempt, BLOCKED } from '../operation.js'
import { endOf, type Socket } from '../socket.js'
import { spend } from '../turn.js'
import { type DuplexOptions, SocketDuplex } from './socket-duplex.js'
import { carriesProtocol } from './protocol.js'
import { callBack } from './uncaught.js'
import { setImmediate } from '../timers.js'

type Callback = (error?: Error | null) => void

/** What a protocol may write to a peer that is gone; a record of TLS has 16 KiB at most. */
const FAREWELL = 16 * 1024

/**
 * A Duplex over a socket of this package: it reads and writes in the socket's own queues, so that what others
 * have asked for before comes first.
 */
export abstract class QueueDuplex<S extends Socket> extends SocketDuplex {
  /** The socket underneath. */
  readonly socket: S
  /** @internal */
  protected readonly beneath: End
  /** Bytes of the writes that are done, those of the socket before there was a Duplex included. */
  protected done: number
  /** Bytes that a protocol wrote when the peer was gone. */
  #unheard = 0
  /** A receive waits, or what it brought is being handed on. */
  #reading = false
  /** The stream has asked for more since the last chunk. */
  #wanted = false
  readonly #attempt = () => this.receive()
  readonly #onReceived = (chunk: Buffer | null) => this.#deliver(chunk)
  readonly #onEnd = () => {
    if (!this.destroyed) this.handEnd()
  }
  readonly #onFailure = (error: Error) => this.#fail(error)

  constructor(socket: S, options?: DuplexOptions, objectMode?: boolean) {
    super(options, objectMode)
    this.socket = socket
    this.beneath = endOf(socket)
    this.done = this.beneath.bytesWritten
  }

  /** One try: a chunk, or null at end-of-file. */
  protected abstract receive(): Buffer | null | typeof BLOCKED

  override get bytesRead(): number {
    return this.beneath.bytesRead
  }

  override get bytesWritten(): number {
    return this.beneath.bytesWritten
  }

  protected override get moved(): number {
    return this.beneath.bytesRead + this.beneath.bytesWritten
  }

  override ref(): this {
    this.beneath.reference(true)
    return this
  }

  override unref(): this {
    this.beneath.reference(false)
    return this
  }

  protected override closeSocket(): void {
    this.socket.close()
  }

  override _read(): void {
    this.#wanted = true
    if (this.#reading) return
    this.#reading = true
    this.#wait(false)
  }

  override _final(callback: Callback): void {
    try {
      if (!this.beneath.closed) this.socket.shutdown('write')
    } catch (error) {
      // An adopted connection that is gone has ended already.
      if ((error as NodeJS.ErrnoException).code !== 'ENOTCONN') return callback(error as Error)
    }
    callback()
    // Nobody may be reading, and yet the socket must be closed when the peer has ended too.
    if (!this.readableEnded && !this.destroyed) this.read(0)
  }

  /** Sends so many bytes by `attempt`, until it is done. */
  protected send(attempt: Attempt<unknown>, bytes: number, callback: Callback): void {
    const { writing } = this.beneath
    let tried = false
    if (writing.free) {
      const before = this.beneath.bytesWritten
      let result
      try {
        result = attempt()
      } catch (error) {
        return this.#notSent(error as NodeJS.ErrnoException, bytes, callback)
      }
      spend(this.beneath.bytesWritten - before)
      this.touch()
      if (typeof result !== 'symbol') {
        this.done += bytes
        return callback()
      }
      tried = result === BLOCKED
      if (tried) hasToWait(this.beneath, bytes)
    }
    const sent = writing.enqueue(attempt, undefined, undefined, tried)
    void callBack(sent, (error) => {
      this.touch()
      if (error) return this.#notSent(error, bytes, callback)
      this.done += bytes
      callback()
    })
  }

  #notSent(error: NodeJS.ErrnoException, bytes: number, callback: Callback): void {
    this.done += bytes
    if (this.destroyed) return callback(this.#gone())
    if (error.code === 'EPIPE' && this.#unheard < FAREWELL && carriesProtocol(this)) {
      this.#unheard += bytes
      return callback()
    }
    callback(error)
  }

  #wait(tried: boolean): void {
    this.beneath.reading
      .enqueue(this.#attempt, undefined, undefined, tried)
      .then(this.#onReceived, this.#onFailure)
  }

  /** Hands on what came, and what else is there, until the stream has enough or nothing is left. */
  #deliver(first: Buffer | null): void {
    let chunk = first
    for (;;) {
      if (this.destroyed) return
      this.touch()
      if (chunk === null) {
        if (chunk === first) this.handEnd()
        else setImmediate(this.#onEnd)
        return
      }
      this.#wanted = false
      if (!this.hand(chunk) && !this.#wanted) {
        this.#reading = false
        return
      }
      if (this.destroyed) return
      const { reading } = this.beneath
      if (!reading.free) return this.#wait(false)
      let next
      try {
        next = this.receive()
      } catch (error) {
        return this.#fail(error as Error)
      }
      if (next === BLOCKED) return this.#wait(true)
      spend(next === null ? 0 : next.length)
      chunk = next
    }
  }

  #fail(error: Error): void {
    // Of a socket that was closed underneath there is nothing to tell, unless something is lost.
    if (this.beneath.closed && this.writableLength === 0) this.destroy()
    else this.destroy(error)
  }

  /** What the writes that were still to go are told, as those that the stream keeps itself. */
  #gone(): Error {
    const message = 'Cannot call write after a stream was destroyed'
    return this.errored ?? coded(new Error(message), 'ERR_STREAM_DESTROYED')
  }
}
