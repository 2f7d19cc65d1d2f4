import { checkBuffer } from '../arguments.js'
import type { BLOCKED } from '../operation.js'
import { whole, wholeOfPieces } from '../sending-whole.js'
import type { StreamSocket } from '../stream-socket.js'
import { copyOf, receiveChunk } from './chunk-slab.js'
import { QueueDuplex } from './queue-duplex.js'

type Callback = (error?: Error | null) => void

/** Chunks of a stream, whose boundaries mean nothing. */
export class StreamDuplex extends QueueDuplex<StreamSocket> {
  override get bytesWritten(): number {
    return this.done + this.writableLength
  }

  protected override receive(): Buffer | null | typeof BLOCKED {
    return receiveChunk(this.beneath, copyOf)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: Callback): void {
    let bytes
    try {
      bytes = checkBuffer(chunk, 'chunk')
    } catch (error) {
      return callback(error as Error)
    }
    this.send(whole(this.beneath, chunk, 0).attempt, bytes, callback)
  }

  override _writev(chunks: readonly { chunk: Buffer }[], callback: Callback): void {
    const views = chunks.map(({ chunk }) => chunk)
    let bytes = 0
    try {
      for (const view of views) bytes += checkBuffer(view, 'chunk')
    } catch (error) {
      return callback(error as Error)
    }
    this.send(wholeOfPieces(this.beneath, views).attempt, bytes, callback)
  }
}
