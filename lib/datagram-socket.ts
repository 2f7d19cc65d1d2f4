import { MessageSocket } from './message-socket.js'
import { register } from './socket.js'

/**
 * An end of a datagram pair: messages with boundaries and no end-of-file.
 *
 * A receive is never told that the peer closed: it goes on waiting, on Linux for ever. Only a send
 * learns of it (ECONNREFUSED once, then ENOTCONN). Where the end matters, use a seqpacket pair, or end
 * with a message that says so, or pass a `signal` or a `timeout`. `recv()` gives null after this end's
 * own `shutdown('read')`.
 *
 * @see unix(7)
 */
export class DatagramSocket extends MessageSocket {
  /** `'dgram'` */
  override get type(): 'dgram' {
    return 'dgram'
  }
}

register('dgram', DatagramSocket)
