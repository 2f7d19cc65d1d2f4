import type { Duplex } from 'node:stream'
import { checkInteger, checkOperation, checkOptions, type OperationOptions } from './arguments.js'
import { type Codec, type Coder, coderOf } from './channel/codec.js'
import { messageTooLarge } from './channel/channel-errors.js'
import { LONGEST } from './channel/frame-header.js'
import { FrameReader } from './channel/frame-reader.js'
import { DIRECT } from './channel/frame-writer.js'
import { DONE, Sender } from './channel/sender.js'
import { StreamTransport } from './channel/stream-transport.js'
import type { Transport } from './channel/transport.js'
import { invalidValue } from './errors.js'
import { endOf, Socket } from './socket.js'
import type { AnySocket } from './sockets.js'
import { endTurn } from './turn-end.js'
import { BLOCKED } from './operation.js'
import { mayTry, spend } from './turn.js'

export class Channel {
  readonly #socket
  readonly #transport: Transport
  readonly #coder: Coder
  readonly #most: number
  readonly #sender: Sender
  readonly #reader: FrameReader

  constructor(socket: any, options: any = {}) {
    const { codec, maxMessageBytes = 64 * 1024 * 1024, highWaterMark = 256 * 1024 } = options
    this.#socket = socket
    this.#coder = coderOf(codec)
    this.#most = maxMessageBytes
    this.#transport = new StreamTransport(endOf(socket))
    this.#sender = new Sender(this.#transport, highWaterMark, () => {})
    this.#reader = new FrameReader(maxMessageBytes)
  }

  send(value: any): Promise<void> {
    try {
      const sender = this.#sender
      const body = this.#encode(value)
      if (sender.takes && this.#gather(body)) {
        sender.gathered()
        return DONE
      }
      sender.check()
      return sender.send(this.#bytes(body), {})
    } catch (e) {
      return Promise.reject(e)
    }
  }
  trySend(value: any): boolean {
    const sender = this.#sender
    const body = this.#encode(value)
    if (!sender.takes) {
      sender.check()
      return false
    }
    if (this.#gather(body)) sender.gathered()
    else sender.trySend(this.#bytes(body))
    return true
  }
  #encode(value: unknown): Uint8Array | string {
    if (value === null || value === undefined) throw invalidValue('value', 'must not be null or undefined', value)
    return this.#coder.encode(value)
  }
  #gather(body: Uint8Array | string): boolean {
    if (typeof body === 'string') {
      const most = body.length * 3
      if (most > this.#most || most >= DIRECT) return false
      this.#sender.frames.appendText(body, most)
      return true
    }
    if (body.length >= DIRECT || body.length > this.#most) return false
    this.#sender.frames.append(body)
    return true
  }
  #bytes(body: Uint8Array | string): Uint8Array {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    if (bytes.length > this.#most) throw messageTooLarge(bytes.length, this.#most)
    return bytes
  }
  recv(): Promise<any> { return this.#receive(() => this.#coder.decode(this.#reader)) }
  recvMany(): Promise<any[] | null> {
    return this.#receive(() => {
      const r = this.#reader
      const c = this.#coder
      const out: any[] = []
      do { out.push(c.view ? c.view(r) : c.decode(r)) } while (r.next())
      return out
    })
  }
  #receive<T>(take: () => T): Promise<T | null> {
    try {
      const t = this.#transport
      const attempt = () => {
        if (this.#reader.next()) return take()
        for (;;) {
          const n = t.fill(this.#reader)
          if (n === BLOCKED) return BLOCKED
          if (n === 0) return null
          spend(n)
          if (this.#reader.next()) return take()
        }
      }
      let tried = false
      if (t.mayFill) {
        const x = attempt()
        if (x !== BLOCKED) { spend(0); return Promise.resolve(x as T) }
        tried = true
      }
      endTurn()
      return t.untilFilled(attempt, undefined, tried)
    } catch (e) { return Promise.reject(e) }
  }
  flush() { return this.#sender.drained() }
  close() { return this.#sender.drained().then(() => this.#transport.close()) }
}
