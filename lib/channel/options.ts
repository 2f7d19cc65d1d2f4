import type { OperationOptions } from '../arguments.js'
import type { Passable } from '../outgoing.js'
import type { ReceivedFd } from '../received-fd.js'
import type { Codec } from './codec.js'

/** How a {@link Channel} is set up, but for its codec. */
export interface ChannelLimits {
  /**
   * The longest message in bytes, as the codec has made it, that is sent or taken: at most 2^30 - 1.
   * @default 67108864
   */
  readonly maxMessageBytes?: number | undefined
  /**
   * Bytes that may wait to be sent; above that, sends wait.
   * @default 262144
   */
  readonly highWaterMark?: number | undefined
}

/** Options of a {@link Channel} of bytes: what is received are Buffers. */
export interface RawChannelOptions extends ChannelLimits {
  readonly codec?: 'raw' | undefined
}

/** Options of a {@link Channel} of values that JSON or the structured clone algorithm of V8 can tell. */
export interface ValueChannelOptions extends ChannelLimits {
  /** `'json'`, or `'v8'`: what `serialize()` of `node:v8` takes, with Maps, Dates, Buffers and cycles. */
  readonly codec: 'json' | 'v8'
}

/** Options of a {@link Channel} with a codec of one's own. */
export interface CodecChannelOptions<In, Out> extends ChannelLimits {
  readonly codec: Codec<In, Out>
}

/** How to send a value. */
export interface ChannelSendOptions extends OperationOptions {
  /** Descriptors that go along, at most 253, as those of {@link MessageSocket.send}. Not over a Duplex. */
  readonly fds?: readonly Passable[] | undefined
}

/** How to receive many values. */
export interface RecvManyOptions extends OperationOptions {
  /**
   * The most values that are given.
   * @default 1073741823
   */
  readonly max?: number | undefined
  /**
   * Whether raw messages are copies and the receiver's own, instead of views.
   * @default false
   */
  readonly copy?: boolean | undefined
}

/** A value and what came along with it. */
export interface ChannelMessage<In> {
  /** The value. */
  value: In
  /** The descriptors that came with it, in the sender's order; yours to take or close. */
  fds: ReceivedFd[]
  /** Whether more descriptors were sent than are in `fds`: they are closed. */
  fdsTruncated: boolean
}
