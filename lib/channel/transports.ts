import { Duplex } from 'node:stream'
import { invalidType } from '../errors.js'
import { endOf, Socket } from '../socket.js'
import { DuplexTransport } from './duplex-transport.js'
import { MessageTransport } from './message-transport.js'
import { StreamTransport } from './stream-transport.js'
import type { Transport } from './transport.js'

/** The transport over a socket or a Duplex. @throws ERR_INVALID_ARG_TYPE it is neither */
export function transportOf(socket: unknown): Transport {
  if (socket instanceof Socket) {
    const end = endOf(socket)
    return end.type === 'stream' ? new StreamTransport(end) : new MessageTransport(end)
  }
  if (socket instanceof Duplex) return new DuplexTransport(socket)
  throw invalidType('socket', 'an instance of Socket or Duplex', socket)
}
