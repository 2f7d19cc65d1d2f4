import type { BLOCKED } from '../operation.js'
import { whole, wholeOfPieces } from '../sending-whole.js'
import type { StreamSocket } from '../stream-socket.js'
import { receiveChunk } from './chunk-slab.js'
import { QueueDuplex } from './queue-duplex.js'

type Callback = (error?: Error | null) => void

/** Chunks of a stream, whose boundaries mean nothing. */
export class StreamDuplex extends QueueDuplex<StreamSocket> {
  override get bytesWritten(): number {
    return this.done + this.writableLength
  }

  protected override receive(): Buffer | null | typeof BLOCKED {
    return receiveChunk(this.beneath, Buffer.from)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: Callback): void {
    this.send(whole(this.beneath, chunk, 0).attempt, chunk.length, callback)
  }

  override _writev(chunks: readonly { chunk: Buffer }[], callback: Callback): void {
    const views = chunks.map(({ chunk }) => chunk)
    const bytes = views.reduce((sum, { length }) => sum + length, 0)
    this.send(wholeOfPieces(this.beneath, views).attempt, bytes, callback)
  }
}
