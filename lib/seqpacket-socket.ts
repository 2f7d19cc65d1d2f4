import { MessageSocket } from './message-socket.js'
import { register } from './socket.js'

/**
 * An end of a seqpacket pair: messages with boundaries, in order, and an end-of-file when the peer
 * closed or shut down its writing side. macOS has none (EPROTONOSUPPORT).
 *
 * @see unix(7)
 */
export class SeqpacketSocket extends MessageSocket {
  /** `'seqpacket'` */
  override get type(): 'seqpacket' {
    return 'seqpacket'
  }
}

register('seqpacket', SeqpacketSocket)
