import { type Limits, limitsOf } from '../arguments.js'
import { invalidValue } from '../errors.js'
import { outgoing, type Outgoing } from '../outgoing.js'
import { messageTooLarge } from './channel-errors.js'
import type { Coder } from './codec.js'
import { KIND } from './frame-header.js'
import type { ChannelSendOptions } from './options.js'
import { DONE, type Sender } from './sender.js'
import type { Transport } from './transport.js'

/** A value of so many bytes, or UTF-16 units, is kept as a copy while its send waits for room: no more than that costs. */
const SMALL = 512

/** What a value goes through before it is with the {@link Sender}: the codec, the limit, and the question how. */
export class ValueSender {
  readonly #transport: Transport
  readonly #sender: Sender
  readonly #coder: Coder
  readonly #most: number
  /** Text of so many characters is short enough to be gathered, whatever they are. */
  readonly #textAtOnce: number

  constructor(transport: Transport, sender: Sender, coder: Coder, most: number) {
    this.#transport = transport
    this.#sender = sender
    this.#coder = coder
    this.#most = most
    this.#textAtOnce = Math.min(Math.floor(most / 3), Math.floor((transport.direct - 1) / 3))
  }

  /** Sends a value as a message: at once, or when there is room. @throws what is wrong with it */
  send(value: unknown, options: ChannelSendOptions | undefined): Promise<void> {
    if (options !== undefined) {
      // Before the codec and all looks at the state: reading options can run the caller's code.
      const limits = limitsOf(options)
      const along = outgoing({ fds: options.fds })
      return this.#sendFrame(this.#encode(value), limits, along)
    }
    const body = this.#encode(value)
    const sender = this.#sender
    if (sender.takes && this.#gather(body)) {
      sender.gathered()
      return DONE
    }
    if (sender.gathers && body.length <= SMALL) {
      const start = sender.frames.gone + sender.frames.pending
      if (this.#gather(body)) return sender.gatheredBeyond(start)
    }
    const bytes = this.#bytes(body)
    sender.check()
    return bytes.length >= this.#transport.direct ? sender.sendLarge(bytes) : sender.send(bytes, {})
  }

  /** Sends it if there is room; gives whether there was. @throws as {@link send}; what the system says */
  trySend(value: unknown): boolean {
    const sender = this.#sender
    const body = this.#encode(value)
    sender.check()
    if (!sender.takes) {
      this.#bytes(body)
      return false
    }
    if (this.#gather(body)) sender.gathered()
    else sender.trySend(this.#bytes(body))
    return true
  }

  /** The body of a frame with this value. @throws what is wrong with it */
  encode(value: unknown): Uint8Array {
    return this.#bytes(this.#encode(value))
  }

  /** The same of text past the codec, cut so that it is gathered, which surely goes. */
  encodeText(text: string): Uint8Array {
    const bytes = new Uint8Array(Math.min(this.#most, this.#transport.direct - 1))
    const { written } = new TextEncoder().encodeInto(text, bytes)
    return bytes.subarray(0, written)
  }

  #encode(value: unknown): Uint8Array | string {
    if (value === null || value === undefined) {
      throw invalidValue('value', 'must be a value: null and undefined are none', value)
    }
    return this.#coder.encode(value)
  }

  /** Puts a small body among those that are gathered; false if it is not small. */
  #gather(body: Uint8Array | string): boolean {
    const { frames } = this.#sender
    if (typeof body === 'string') {
      if (body.length > this.#textAtOnce) return false
      frames.appendText(body, body.length * 3)
      return true
    }
    const { length } = body
    if (length >= this.#transport.direct || length > this.#most) return false
    frames.append(body)
    return true
  }

  #bytes(body: Uint8Array | string): Uint8Array {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    if (bytes.length > this.#most) throw messageTooLarge(bytes.length, this.#most)
    return bytes
  }

  #sendFrame(body: Uint8Array | string, limits?: Limits, along?: Outgoing): Promise<void> {
    const bytes = this.#bytes(body)
    const sender = this.#sender
    sender.check()
    if (along === undefined) return sender.send(bytes, {}, limits)
    if (this.#transport.arrivals === undefined) {
      const reason = 'needs a socket of this package: a Duplex passes none'
      throw invalidValue('options.fds', reason, along.owners)
    }
    along.check()
    const descriptors = along.numbers.length
    return sender.send(
      bytes,
      { along, extension: { kind: KIND.message, descriptors, id: 0 } },
      limits,
    )
  }
}
