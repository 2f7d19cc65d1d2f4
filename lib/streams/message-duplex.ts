import { toBytes } from '../arguments.js'
import type { MessageSocket } from '../message-socket.js'
import type { BLOCKED } from '../operation.js'
import { wholeOfMessages } from '../sending-whole.js'
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
    let views: Uint8Array[]
    try {
      views = chunks.map(bytesOf)
    } catch (error) {
      return callback(error as Error)
    }
    this.send(wholeOfMessages(this.beneath, views).attempt, 0, callback)
  }
}

function bytesOf({ chunk, encoding }: Written): Uint8Array {
  return typeof chunk === 'string' ? Buffer.from(chunk, encoding) : toBytes(chunk, 'chunk')
}
