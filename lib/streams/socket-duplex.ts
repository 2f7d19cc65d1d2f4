import { addAbortSignal, Duplex } from 'node:stream'
import { checkBoolean, checkInteger, checkOptions, checkSignal } from '../arguments.js'
import { coded, invalidType } from '../errors.js'
import { Inactivity } from './inactivity.js'
import { carriesProtocol } from './protocol.js'
import { throwUncaught } from './uncaught.js'
import { nextTick, setImmediate } from '../timers.js'

type Callback = (error?: Error | null) => void

/** How a Duplex over a socket or a channel behaves. */
export interface DuplexOptions {
  /**
   * Whether the writable side stays open at the peer's end-of-file, so that an answer can still go. With
   * `false` it ends by itself then, which is what `net.Socket` does unless told otherwise.
   * @default true
   */
  readonly allowHalfOpen?: boolean | undefined
  /**
   * How much is kept on each side before the flow is stopped: bytes, or messages where a chunk is one.
   * Without, as of every stream of this Node: `getDefaultHighWaterMark()` of `node:stream`.
   */
  readonly highWaterMark?: number | undefined
  /** The same for what was received and nobody has read yet. */
  readonly readableHighWaterMark?: number | undefined
  /** The same for what was written and the kernel has not taken yet. */
  readonly writableHighWaterMark?: number | undefined
  /** Destroys the Duplex when it aborts, with an AbortError. */
  readonly signal?: AbortSignal | undefined
}

/**
 * A Duplex of `node:stream` over a socket or a {@link Channel}, with what `net.Socket` has besides: whatever
 * takes a `net.Socket` or a Duplex takes it, `tls`, `http` and `http2` included. Made by
 * {@link StreamSocket.toDuplex} and its like.
 *
 * It has its socket for itself: what others read there is missing here. Ending it is a half-close; the socket
 * is closed when both sides have ended, or by `destroy()`. The peer's end-of-file is met by reading, in
 * whatever way, and after `end()` it is looked for without.
 *
 * `'close'` has one argument, as that of `net.Socket`: whether there was an error. Errors are those of the
 * socket: EPIPE and ECONNRESET, with `code`, `errno` and `syscall`.
 */
export abstract class SocketDuplex extends Duplex {
  // A pair has no addresses: these are not there.
  declare readonly localAddress: undefined
  declare readonly localPort: undefined
  declare readonly localFamily: undefined
  declare readonly remoteAddress: undefined
  declare readonly remotePort: undefined
  declare readonly remoteFamily: undefined
  /** Milliseconds of {@link SocketDuplex.setTimeout}; undefined if it was never called. */
  timeout: number | undefined
  readonly #inactivity: Inactivity
  readonly #signal: AbortSignal | undefined

  /** @internal */
  constructor(options: DuplexOptions = {}, objectMode = false) {
    checkOptions(options)
    const { allowHalfOpen = true, signal } = options
    checkBoolean(allowHalfOpen, 'options.allowHalfOpen')
    checkSignal(signal, 'options.signal')
    super({
      ...marks(options),
      allowHalfOpen,
      readableObjectMode: objectMode,
      writableObjectMode: objectMode,
      // Told by `_destroy`, with its argument.
      emitClose: false,
    })
    this.#inactivity = new Inactivity(
      () => this.moved,
      () => this.emit('timeout'),
    )
    this.#signal = signal
    this.on('end', refuseWrites)
  }

  /**
   * Lets the signal destroy it. Not before there is something to close: it may have aborted already.
   * @internal
   */
  listen(): void {
    if (this.#signal !== undefined) addAbortSignal(this.#signal, this)
  }

  /** Bytes received so far on the socket. */
  abstract get bytesRead(): number
  /**
   * Bytes written so far: on a stream socket those that still wait too, as those of `net.Socket`; on the others,
   * bytes that the kernel has taken.
   */
  abstract get bytesWritten(): number
  /** Waits of the socket keep the process running; so they do from the beginning. */
  abstract ref(): this
  /** Waits of the socket keep nothing running. */
  abstract unref(): this

  /**
   * Bytes that the kernel has given and taken so far, those of a write that goes on included.
   * @internal
   */
  protected abstract get moved(): number

  /**
   * Closes what is underneath, with whatever is pending there.
   * @internal
   */
  protected abstract closeSocket(): void

  /**
   * Something came or went.
   * @internal
   */
  protected touch(): void {
    this.#inactivity.touch()
  }

  /**
   * Hands a chunk on; whether the stream takes more. What a listener throws is uncaught, as that of any event.
   * @internal
   */
  protected hand(chunk: unknown): boolean {
    try {
      return this.push(chunk)
    } catch (error) {
      throwUncaught(error)
      return this.readableLength < this.readableHighWaterMark
    }
  }

  /**
   * Hands the end on.
   * @internal
   */
  protected handEnd(): void {
    this.hand(null)
    // Where nobody reads and nothing is kept, the end is told all the same.
    if (!this.destroyed) this.read(0)
  }

  /** False: a pair is connected from the beginning. */
  get connecting(): false {
    return false
  }

  /** False, as {@link SocketDuplex.connecting}. */
  get pending(): false {
    return false
  }

  /** `'open'`, `'readOnly'`, `'writeOnly'` or `'closed'`: the sides that have not ended. */
  get readyState(): 'open' | 'readOnly' | 'writeOnly' | 'closed' {
    if (this.readable) return this.writable ? 'open' : 'readOnly'
    return this.writable ? 'writeOnly' : 'closed'
  }

  /** The older name of `writableLength`; undefined once it is destroyed. */
  get bufferSize(): number | undefined {
    return this.destroyed ? undefined : this.writableLength
  }

  /**
   * Emits `'timeout'` when nothing has come or gone for so many milliseconds, again after each activity; it
   * ends nothing by itself. 0 takes it back. The timer keeps nothing running. `callback` is called at the next
   * `'timeout'`; with 0 it no longer is.
   *
   * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE
   */
  setTimeout(milliseconds: number, callback?: () => void): this {
    if (this.destroyed) return this
    if (callback !== undefined && typeof callback !== 'function') {
      throw invalidType('callback', 'of type function', callback)
    }
    this.#inactivity.set(milliseconds)
    this.timeout = milliseconds
    if (callback !== undefined) {
      if (milliseconds === 0) this.removeListener('timeout', callback)
      else this.once('timeout', callback)
    }
    return this
  }

  /** Does nothing: a pair never delays. */
  setNoDelay(_noDelay?: boolean): this {
    return this
  }

  /** Does nothing: a pair knows at once that its peer is gone. */
  setKeepAlive(_enable?: boolean, _initialDelay?: number): this {
    return this
  }

  /** An empty object: a pair has no address. */
  address(): Record<string, never> {
    return {}
  }

  /** @internal */
  override end(callback?: () => void): this
  /** @internal */
  override end(chunk: unknown, callback?: () => void): this
  /** @internal */
  override end(chunk: unknown, encoding?: BufferEncoding, callback?: () => void): this
  override end(...args: unknown[]): this {
    // What TLS still has to say, after a user who ended it during the handshake, has no way any more.
    if (carriesProtocol(this)) this.write = writeAfterEnd as typeof this.write
    return super.end(...(args as [unknown, BufferEncoding, () => void]))
  }

  /** Ends the writable side, and destroys when all that was written has gone. */
  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#inactivity.stop()
    this.closeSocket()
    callback(error)
    // Behind the 'error' that the callback has brought on its way, and behind what listeners have left for a next
    // tick: net.Socket tells it when libuv has closed its handle.
    setImmediate(() => this.emit('close', error !== null))
  }
}

/** At the end of the peer a Duplex that is not half-open tells of later writes what net.Socket tells. */
function refuseWrites(this: SocketDuplex): void {
  if (!this.allowHalfOpen) this.write = writeAfterEnd as typeof this.write
}

/** Destroys with EPIPE, unless the end of the peer has not ended this side: then the write goes its way. */
function writeAfterEnd(
  this: SocketDuplex,
  chunk: unknown,
  encoding?: BufferEncoding | Callback,
  callback?: Callback,
): boolean {
  if (!this.writableEnded) {
    return Duplex.prototype.write.call(this, chunk, encoding as BufferEncoding, callback)
  }
  const told = typeof encoding === 'function' ? encoding : callback
  if (carriesProtocol(this)) {
    // The farewell of TLS, for which there is no way any more.
    if (typeof told === 'function') nextTick(told)
    return true
  }
  const error = coded(new Error('This socket has been ended by the other party'), 'EPIPE')
  if (typeof told === 'function') nextTick(told, error)
  this.destroy(error)
  return false
}

/** The marks that were given: an undefined one is no mark for Node. */
function marks(options: DuplexOptions): Record<string, number> {
  const names = ['highWaterMark', 'readableHighWaterMark', 'writableHighWaterMark'] as const
  const given: Record<string, number> = {}
  for (const name of names) {
    const mark = options[name]
    if (mark === undefined) continue
    checkInteger(mark, `options.${name}`, 0, Number.MAX_SAFE_INTEGER)
    given[name] = mark
  }
  return given
}
