import { sendBlocked } from '../answers.js'
import { toBytes } from '../arguments.js'
import type { MessageSocket } from '../message-socket.js'
import { calls } from '../native.js'
import { BLOCKED } from '../operation.js'
import { sameLengths } from '../views.js'
import { receiveMessage } from './message-chunk.js'
import { QueueDuplex } from './queue-duplex.js'
import type { DuplexOptions } from './socket-duplex.js'

type Callback = (error?: Error | null) => void
/** A chunk as it was written. */
interface Written {
  readonly chunk: unknown
  readonly encoding: BufferEncoding
}

/** Messages of a datagram or seqpacket socket, a chunk each. */
export class MessageDuplex extends QueueDuplex<MessageSocket> {
  constructor(socket: MessageSocket, options?: DuplexOptions) {
    super(socket, options, true)
  }

  protected override receive(): Buffer | null | typeof BLOCKED {
    return receiveMessage(this.beneath)
  }

  override _write(message: unknown, encoding: BufferEncoding, callback: Callback): void {
    this.#send([{ chunk: message, encoding }], callback)
  }

  override _writev(chunks: readonly Written[], callback: Callback): void {
    this.#send(chunks, callback)
  }

  #send(chunks: readonly Written[], callback: Callback): void {
    const end = this.beneath
    let views: Uint8Array[]
    try {
      views = chunks.map(bytesOf)
    } catch (error) {
      return callback(error as Error)
    }
    const lengths = views.map((view) => view.length)
    let sent = 0
    this.send(
      () => {
        const answer = calls.sendMany(end.id, sameLengths(views, lengths), sent)
        if (answer < 0) return sendBlocked(answer)
        for (let index = sent; index < sent + answer; index++) {
          end.bytesWritten += lengths[index] as number
        }
        sent += answer
        return sent === views.length ? sent : BLOCKED
      },
      0,
      callback,
    )
  }
}

function bytesOf({ chunk, encoding }: Written): Uint8Array {
  return typeof chunk === 'string' ? Buffer.from(chunk, encoding) : toBytes(chunk, 'chunk')
}
