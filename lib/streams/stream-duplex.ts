import { sendBlocked } from '../answers.js'
import { calls, MAX_TRANSFER } from '../native.js'
import { BLOCKED } from '../operation.js'
import { Pieces } from '../pieces.js'
import type { StreamSocket } from '../stream-socket.js'
import { receiveChunk } from './chunk-slab.js'
import { QueueDuplex } from './queue-duplex.js'

type Callback = (error?: Error | null) => void

/** Chunks of a stream, whose boundaries mean nothing. */
export class StreamDuplex extends QueueDuplex<StreamSocket> {
  protected override receive(): Buffer | null | typeof BLOCKED {
    return receiveChunk(this.beneath, Buffer.from)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: Callback): void {
    const { length } = chunk
    const end = this.beneath
    let sent = 0
    this.send(
      () => {
        const answer = calls.send(end.id, chunk, sent, Math.min(length - sent, MAX_TRANSFER))
        if (answer < 0) return sendBlocked(answer)
        end.bytesWritten += answer
        sent += answer
        return sent === length ? sent : BLOCKED
      },
      length,
      callback,
    )
  }

  override _writev(chunks: readonly { chunk: Buffer }[], callback: Callback): void {
    const pieces = new Pieces(chunks.map(({ chunk }) => chunk))
    const bytes = chunks.reduce((sum, { chunk }) => sum + chunk.length, 0)
    const end = this.beneath
    this.send(
      () => {
        const answer = calls.sendVectored(end.id, pieces.views, pieces.index, pieces.skip)
        if (answer < 0) return sendBlocked(answer)
        end.bytesWritten += answer
        return pieces.went(answer) ? pieces.sent : BLOCKED
      },
      bytes,
      callback,
    )
  }
}
