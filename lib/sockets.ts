import type { DatagramSocket } from './datagram-socket.js'
import type { SeqpacketSocket } from './seqpacket-socket.js'
import type { StreamSocket } from './stream-socket.js'

/** A Socket of whatever type; `type` tells which. */
export type AnySocket = StreamSocket | DatagramSocket | SeqpacketSocket

/** The class of each type. */
export interface SocketClasses {
  stream: StreamSocket
  dgram: DatagramSocket
  seqpacket: SeqpacketSocket
}
