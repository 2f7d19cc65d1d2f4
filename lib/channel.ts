import type { Duplex } from 'node:stream'
import { reasonOf } from './abort.js'
import {
  checkBoolean,
  checkInteger,
  checkOptions,
  type Limits,
  limitsOf,
  type OperationOptions,
} from './arguments.js'
import type { Handler } from './channel/answering.js'
import { coderOf } from './channel/codec.js'
import { LONGEST } from './channel/frame-header.js'
import type {
  ChannelMessage,
  ChannelSendOptions,
  CodecChannelOptions,
  RawChannelOptions,
  RecvManyOptions,
  ValueChannelOptions,
} from './channel/options.js'
import { Receiver } from './channel/receiver.js'
import { Requests } from './channel/requests.js'
import { DONE, Sender } from './channel/sender.js'
import type { Transport } from './channel/transport.js'
import { transportOf } from './channel/transports.js'
import { ValueSender } from './channel/value-sender.js'
import { errorOf, invalidType } from './errors.js'
import type { AnySocket } from './sockets.js'
import { channelDuplexOf, channelStreamsOf } from './streams/of-channel.js'
import type { DuplexOptions, SocketDuplex } from './streams/socket-duplex.js'

const MEBIBYTE = 1024 * 1024
const MOST_VALUES = 0x3fff_ffff

/** Makes channels: the type of what they carry follows the codec. */
export interface ChannelConstructor {
  new (socket: AnySocket | Duplex, options?: RawChannelOptions): Channel<Buffer>
  new <In = any, Out = In>(
    socket: AnySocket | Duplex,
    options: ValueChannelOptions,
  ): Channel<In, Out>
  new <In, Out = In>(
    socket: AnySocket | Duplex,
    options: CodecChannelOptions<In, Out>,
  ): Channel<In, Out>
}

class FramedChannel<In, Out> {
  readonly #socket: AnySocket | Duplex
  readonly #transport: Transport
  readonly #sender: Sender
  readonly #values: ValueSender
  readonly #receiver: Receiver
  readonly #requests: Requests
  #closing: Promise<void> | undefined

  /**
   * Makes a channel, which has the socket for itself from then on.
   *
   * @throws ERR_INVALID_ARG_TYPE; ERR_INVALID_ARG_VALUE an unknown codec, or a Duplex in object mode or with
   * an encoding; ERR_OUT_OF_RANGE
   */
  constructor(
    socket: AnySocket | Duplex,
    options: RawChannelOptions | ValueChannelOptions | CodecChannelOptions<In, Out> = {},
  ) {
    checkOptions(options)
    const { codec, maxMessageBytes = 64 * MEBIBYTE, highWaterMark = MEBIBYTE / 4 } = options
    checkInteger(maxMessageBytes, 'options.maxMessageBytes', 0, LONGEST)
    checkInteger(highWaterMark, 'options.highWaterMark', 1, Number.MAX_SAFE_INTEGER)
    const coder = coderOf(codec)
    const transport = (this.#transport = transportOf(socket))
    this.#socket = socket
    const requests = (this.#requests = new Requests({
      highWaterMark,
      decode: (reader) => coder.decode(reader),
      encode: (value) => this.#values.encode(value),
      encodeText: (text) => this.#values.encodeText(text),
      post: (body, extension, done) => this.#sender.post(body, extension, done),
      withdraw: (posted) => this.#sender.withdraw(posted),
      relax: () => this.#receiver.relax(),
      resume: () => this.#receiver.resume(),
    }))
    this.#sender = new Sender(transport, highWaterMark, (error) => {
      requests.deaf(error)
      return requests.toldOfEnd
    })
    this.#values = new ValueSender(transport, this.#sender, coder, maxMessageBytes)
    this.#receiver = new Receiver(transport, coder, maxMessageBytes, highWaterMark, requests)
  }

  /** The socket or Duplex underneath. */
  get socket(): AnySocket | Duplex {
    return this.#socket
  }

  /** Whether {@link Channel.close} was called, or the socket is closed. */
  get closed(): boolean {
    return this.#closing !== undefined || this.#transport.closed
  }

  /**
   * Sends a value. Values go in the order of the calls, wherever these are made. Small ones are gathered,
   * and go together when the microtasks of now have run, when a receive of a channel has to wait, or at
   * 64 KiB. Raw bytes from 32 KiB on go straight from their own memory.
   *
   * The promise settles when the queue has room for the value, that is when fewer bytes than the high-water
   * mark wait, and its memory is the caller's again: of a small one that is at once, of bytes that are not
   * copied when the system has taken them. {@link Channel.flush} says when the system has all. A value that
   * was taken and then could not go is told by the next call that sends, flushes or closes.
   *
   * Cancel safety: a send that ends early has sent nothing. Of a value whose first bytes are with the system
   * the rest goes too, whatever the signal says: a cut frame would end the channel.
   *
   * @throws ERR_INVALID_ARG_VALUE null or undefined, what JSON can't tell, or `fds` over a Duplex;
   * ERR_MESSAGE_TOO_LARGE longer than `maxMessageBytes`; what the codec throws; EPIPE the
   * peer takes no more; EMSGSIZE a datagram longer than the system takes; EBADF closed; ECANCELED; ETIMEDOUT;
   * of `fds` as {@link MessageSocket.send}
   */
  send(value: Out, options?: ChannelSendOptions): Promise<void> {
    try {
      return this.#values.send(value, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Sends a value if the queue has room, without waiting; large raw bytes are copied if the system does not
   * take them at once.
   *
   * @returns whether the value was taken
   * @throws as {@link Channel.send}, at once
   */
  trySend(value: Out): boolean {
    return this.#values.trySend(value)
  }

  /**
   * Receives the next value. Descriptors that came with it are closed, and a warning says so once:
   * {@link Channel.recvMessage} gives them.
   *
   * Cancel safety: an operation that ends early has taken no value.
   *
   * @returns the value; null at the end, which a datagram socket has only after its own `shutdown('read')`
   * @throws ERR_DECODE the codec found no value in the message, or what a codec of your own throws: this
   * message is skipped, and the channel goes on. ERR_UNEXPECTED_EOF the end came in the middle of a value;
   * ERR_MESSAGE_TOO_LARGE a longer one than `maxMessageBytes` was announced; ERR_BAD_FRAME what came is not
   * of a channel: after these three, each told once, receiving has ended, while sending goes on. ECONNRESET
   * as the socket has it; EBADF closed; ECANCELED; ETIMEDOUT
   */
  recv(options?: OperationOptions): Promise<In | null> {
    try {
      return this.#receiver.one(limitsOf(options)) as Promise<In | null>
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Receives the next value with its descriptors; else as {@link Channel.recv}.
   *
   * @returns null at the end
   */
  recvMessage(options?: OperationOptions): Promise<ChannelMessage<In> | null> {
    try {
      return this.#receiver.whole(limitsOf(options)) as Promise<ChannelMessage<In> | null>
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Receives the values that are there, waiting for the first: the quickest way to many small ones. Raw
   * messages are views of memory that is used again: they are valid until the next receive of this channel
   * is called, and while none waits; with `copy` they are the receiver's own. Behind a view lie only bytes of
   * this channel; one that is transferred takes with it what has arrived behind it, and that is told by
   * ERR_INVALID_STATE. Else as {@link Channel.recv};
   * what is wrong with a value is told by the call that begins with it.
   *
   * @returns the values, at least one; null at the end
   */
  recvMany(options?: RecvManyOptions): Promise<In[] | null> {
    try {
      if (options === undefined)
        return this.#receiver.many(MOST_VALUES, false) as Promise<In[] | null>
      const limits = limitsOf(options)
      const { max = MOST_VALUES, copy = false } = options
      checkInteger(max, 'options.max', 1, MOST_VALUES)
      checkBoolean(copy, 'options.copy')
      return this.#receiver.many(max, copy, limits) as Promise<In[] | null>
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Values as {@link Channel.recv} gives them, until the end. Leaving the loop closes nothing. */
  async *[Symbol.asyncIterator](): AsyncGenerator<In, void, undefined> {
    for (;;) {
      const value = await this.recv()
      if (value === null) return
      yield value
    }
  }

  /**
   * Sends a value as a request, and receives the answer of the peer's {@link Channel.onRequest}, in whatever
   * order answers come. Messages that come in between are kept for the next receives, up to the high-water
   * mark; above that nothing is received until a receive takes them.
   *
   * At most 1024 requests and 16 MiB of them are under way, or 16,384 and 64 MiB while this side answers
   * requests too; more wait here, and values that are sent meanwhile go before them. The bytes of a value must
   * not change until the promise settles.
   *
   * A peer that has no handler refuses a request when it receives. One that does not receive either leaves it
   * unanswered: give a `timeout` where that can be.
   *
   * Cancel safety: one that ends early may have reached the peer; its answer is dropped, and until it comes
   * the request counts.
   *
   * @returns the answer
   * @throws ERR_REQUEST_FAILED the peer's handler threw, with its message, or it has none; ECONNRESET the
   * channel ended before the answer; else as {@link Channel.send} and {@link Channel.recv}
   */
  request(value: Out, options?: OperationOptions): Promise<In> {
    try {
      const answer = this.#requests.ask(value, limitsOf(options))
      this.#receiver.listen()
      return answer as Promise<In>
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Answers the peer's requests: with what `handler` returns, or with the message of what it throws, of which
   * the first 32 KiB go. A later call replaces the handler, and null takes it away: then requests are refused
   * when a receive meets them. While there is one the channel waits for requests, which keeps the process
   * running.
   *
   * At most 1024 requests and 16 MiB of them are here at the same time, or 16,384 and 64 MiB while this side has
   * sent requests too, from their arrival until their answers are with the system. No handler is called while
   * answers above the high-water mark wait to be sent. Then nothing more is received: a peer that does not
   * read its answers is held up, and so are values behind its requests. A peer that is a channel too never
   * sends so many.
   */
  onRequest(handler: ((value: In) => Out | Promise<Out>) | null): void {
    if (handler !== null && typeof handler !== 'function') {
      throw invalidType('handler', 'of type function', handler)
    }
    this.#requests.handle(handler as Handler | null)
    this.#receiver.listen()
  }

  /**
   * Settles when the system has everything that was sent before.
   *
   * Cancel safety: one that ends early changes nothing.
   *
   * @throws what kept it from going: EPIPE, ECANCELED; ETIMEDOUT
   */
  flush(options?: OperationOptions): Promise<void> {
    try {
      return this.#sender.drained(limitsOf(options))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Sends what was taken, then closes the socket, or ends the Duplex. No send is taken any more; receives
   * go on until the socket is closed, and reject with ECANCELED then. A second call gives the same promise.
   *
   * Cancel safety: when the signal aborts or the time is over the socket is closed all the same, and what
   * had not gone is lost. So it is by `close()` of the socket itself.
   *
   * @throws what kept a value from going, if nobody was told yet; the signal's reason; ETIMEDOUT
   */
  close(options?: OperationOptions): Promise<void> {
    let limits
    try {
      limits = limitsOf(options)
    } catch (error) {
      return Promise.reject(error)
    }
    this.#closing ??= this.#close(limits)
    return this.#closing
  }

  /**
   * A Duplex of `node:stream` in object mode over this channel: each chunk is a value. Ending it flushes, and
   * ends the sending direction; the channel closes when both sides have ended, or by its `destroy()`. See
   * {@link SocketDuplex}. The same one at each call.
   *
   * @throws EBADF closed; ERR_INVALID_STATE options, and there is one already
   */
  toDuplex(options?: DuplexOptions): SocketDuplex {
    return channelDuplexOf(this as Channel<unknown, unknown>, () => this.#endSending(), options)
  }

  /**
   * The values that are received, as a stream of the web. The same object at each access. Nothing is received
   * before it is asked for. When this and {@link Channel.writable} have both ended, the channel closes.
   *
   * @throws EBADF closed
   */
  get readable(): ReadableStream<In> {
    return channelStreamsOf(this as Channel<In, Out>, () => this.#endSending()).readable
  }

  /**
   * The values that are to be sent, as a stream of the web. The same object at each access. Closing it
   * flushes, and ends the sending direction. When this and {@link Channel.readable} have both ended, the
   * channel closes.
   *
   * @throws EBADF closed
   */
  get writable(): WritableStream<Out> {
    return channelStreamsOf(this as Channel<In, Out>, () => this.#endSending()).writable
  }

  /** Waits of the channel keep the process running; so they do from the beginning. */
  ref(): this {
    this.#transport.ref()
    return this
  }

  /** Waits of the channel keep nothing running. */
  unref(): this {
    this.#transport.unref()
    return this
  }

  /** {@link Channel.close}, for `await using`, which Node has from version 24 on. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Sends what was taken, and nothing after it: the other direction goes on. */
  async #endSending(): Promise<void> {
    const drained = this.#sender.drained()
    this.#sender.end()
    await drained
    this.#transport.endSending()
  }

  async #close(limits: Limits | undefined): Promise<void> {
    const { signal } = limits ?? {}
    this.#sender.end()
    let failure = this.#sender.tell()
    try {
      if (signal?.aborted) throw reasonOf(signal)
      const drained = this.#sender.failed ? DONE : this.#sender.drained(limits)
      // Without an await where nothing waits: then the socket is closed when this returns.
      if (drained !== DONE) await drained
    } catch (error) {
      // That the peer is gone is no news where a request has told it.
      if (!this.#sender.failed || !this.#requests.toldOfEnd) failure = { error }
    }
    this.#receiver.clear()
    const closed = this.#transport.close()
    this.#requests.close(errorOf('ECANCELED', 'recvmsg'))
    if (closed !== undefined) await closed
    if (failure !== undefined) throw failure.error
  }
}

/**
 * Whole messages with structured values, over a socket of any type or over a Duplex.
 *
 * Over a stream values become frames, many of them with one system call in both directions; over a seqpacket
 * or datagram socket each is a message, and one that is too long for that, on seqpacket, several. The wire
 * is described in docs/channel-protocol.md, for programs in other languages; nothing is said before the
 * first value, and either side may speak first. Over a Duplex, a `net.Socket` or a TLS connection, it is the
 * wire of a stream, so the same code talks across machines.
 *
 * A channel has its socket for itself: don't read or write there. Both directions are independent. What waits
 * is bounded: in sending by the high-water mark, and no memory is reserved because a peer says so.
 *
 * @example
 * ```js
 * import { Channel, socketpair } from 'socketpair'
 *
 * const [here, there] = socketpair()
 * const one = new Channel(here, { codec: 'json' })
 * const other = new Channel(there, { codec: 'json' })
 * await one.send({ hello: 'world' })
 * console.log(await other.recv()) // { hello: 'world' }
 * await one.close()
 * await other.close()
 * ```
 */
// oxlint-disable-next-line no-redeclare -- a value and its type
export const Channel: ChannelConstructor = FramedChannel
/** A channel where values of type `In` are received, and of type `Out` are sent. */
export type Channel<In = Buffer, Out = Sent<In>> = FramedChannel<In, Out>
/** What is sent where `In` is received, if nothing else is said. */
type Sent<In> = 0 extends 1 & In ? In : [In] extends [Buffer] ? Uint8Array | string : In
