import { Duplex } from 'node:stream'
import { invalidType, invalidValue } from '../errors.js'
import { endOf, Socket } from '../socket.js'
import { DuplexTransport } from './duplex-transport.js'
import { MessageTransport } from './message-transport.js'
import { StreamTransport } from './stream-transport.js'
import type { Transport } from './transport.js'

/**
 * The transport over a socket or a Duplex.
 * @throws ERR_INVALID_ARG_TYPE it is neither; ERR_INVALID_ARG_VALUE a Duplex that carries no bytes
 */
export function transportOf(socket: unknown): Transport {
  if (socket instanceof Socket) {
    const end = endOf(socket)
    return end.type === 'stream' ? new StreamTransport(end) : new MessageTransport(end)
  }
  if (socket instanceof Duplex) {
    if (socket.readableObjectMode || socket.writableObjectMode) {
      throw invalidValue('socket', 'must be a Duplex of bytes, not in object mode', socket)
    }
    if (socket.readableEncoding !== null) {
      throw invalidValue('socket', 'must give bytes: it has an encoding', socket)
    }
    return new DuplexTransport(socket)
  }
  throw invalidType('socket', 'an instance of Socket or Duplex', socket)
}
