import type { Channel } from '../channel.js'
import { type DuplexOptions, SocketDuplex } from './socket-duplex.js'
import { callBack } from './uncaught.js'

type Callback = (error?: Error | null) => void

/** The values of a channel, a chunk each. */
export class ChannelDuplex extends SocketDuplex {
  /** The channel underneath. */
  readonly channel: Channel<unknown, unknown>
  readonly #endSending: () => Promise<void>
  #reading = false
  #wanted = false

  constructor(
    channel: Channel<unknown, unknown>,
    endSending: () => Promise<void>,
    options?: DuplexOptions,
  ) {
    super(options, true)
    this.channel = channel
    this.#endSending = endSending
  }

  override get bytesRead(): number {
    return (this.channel.socket as { bytesRead?: number }).bytesRead ?? 0
  }

  override get bytesWritten(): number {
    return (this.channel.socket as { bytesWritten?: number }).bytesWritten ?? 0
  }

  protected override get moved(): number {
    return this.bytesRead + this.bytesWritten
  }

  override ref(): this {
    this.channel.ref()
    return this
  }

  override unref(): this {
    this.channel.unref()
    return this
  }

  protected override closeSocket(): void {
    // What has not gone by now is lost, and whoever wrote it is told by the stream.
    this.channel.close({ signal: AbortSignal.abort() }).catch(() => {})
  }

  override _read(): void {
    this.#wanted = true
    if (!this.#reading) void this.#receive()
  }

  override _write(value: unknown, _encoding: BufferEncoding, callback: Callback): void {
    this.#settle(this.channel.send(value), callback)
  }

  override _writev(chunks: readonly { chunk: unknown }[], callback: Callback): void {
    // Not one after the other: small values go together.
    this.#settle(Promise.all(chunks.map(({ chunk }) => this.channel.send(chunk))), callback)
  }

  override _final(callback: Callback): void {
    void callBack(this.#endSending(), (error) => {
      callback(error)
      // Nobody may be reading, and yet the channel must be closed when the peer has ended too.
      if (!error && !this.readableEnded && !this.destroyed) this.read(0)
    })
  }

  #settle(sent: Promise<unknown>, callback: Callback): void {
    void callBack(sent, (error) => {
      this.touch()
      callback(error)
    })
  }

  async #receive(): Promise<void> {
    this.#reading = true
    const most = { max: Math.max(this.readableHighWaterMark, 1), copy: true }
    try {
      do {
        this.#wanted = false
        const values = await this.channel.recvMany(most)
        if (this.destroyed) return
        this.touch()
        if (values === null) {
          this.handEnd()
          return
        }
        for (const value of values) this.hand(value)
      } while (this.#wanted || this.readableLength < this.readableHighWaterMark)
      this.#reading = false
    } catch (error) {
      if (this.channel.closed && this.writableLength === 0) this.destroy()
      else this.destroy(error as Error)
    }
  }
}
