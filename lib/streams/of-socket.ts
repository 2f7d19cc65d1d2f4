import type { MessageSocket } from '../message-socket.js'
import { endOf, type Socket } from '../socket.js'
import type { StreamSocket } from '../stream-socket.js'
import { spend } from '../turn.js'
import { byteLengthOf, part } from '../typed-arrays.js'
import { keptDuplex, keptStreams } from './kept.js'
import { MessageDuplex } from './message-duplex.js'
import type { Carrier } from './sides.js'
import type { DuplexOptions, SocketDuplex } from './socket-duplex.js'
import { StreamDuplex } from './stream-duplex.js'
import { readableBytes, readableMessages } from './web-readable.js'
import { WebStreams } from './web-streams.js'
import { inBytes, writableOf } from './web-writable.js'

export type { DuplexOptions, SocketDuplex }

/** The Duplex of a stream socket. */
export function streamDuplexOf(socket: StreamSocket, options?: DuplexOptions): SocketDuplex {
  return keptDuplex(socket, options, () => new StreamDuplex(socket, options))
}

/** The Duplex of a message socket. */
export function messageDuplexOf(socket: MessageSocket, options?: DuplexOptions): SocketDuplex {
  return keptDuplex(socket, options, () => new MessageDuplex(socket, options))
}

/** The web streams of a stream socket. */
export function byteStreamsOf(socket: StreamSocket): WebStreams<Uint8Array, Uint8Array | string> {
  const send = (chunk: Uint8Array | string, signal: AbortSignal) => {
    const { writing } = endOf(socket)
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    const taken = writing.free ? socket.tryWrite(bytes) : undefined
    if (taken === undefined) return socket.write(bytes, { signal })
    spend(taken)
    return taken === byteLengthOf(bytes) ? undefined : socket.write(part(bytes, taken), { signal })
  }
  return keptStreams(
    socket,
    () =>
      new WebStreams(
        carrierOf(socket),
        (sides) => readableBytes(endOf(socket), sides),
        (sides) => writableOf(send, sides, inBytes),
      ),
  )
}

/** The web streams of a message socket. */
export function messageStreamsOf(
  socket: MessageSocket,
): WebStreams<Uint8Array, Uint8Array | string> {
  const send = (chunk: Uint8Array | string, signal: AbortSignal) => socket.send(chunk, { signal })
  return keptStreams(
    socket,
    () =>
      new WebStreams(
        carrierOf(socket),
        (sides) => readableMessages(endOf(socket), sides),
        (sides) => writableOf(send, sides),
      ),
  )
}

function carrierOf(socket: Socket): Carrier {
  return {
    shut(side) {
      try {
        if (!socket.closed) socket.shutdown(side === 'readable' ? 'read' : 'write')
      } catch (error) {
        // An adopted connection that is gone has ended already.
        if ((error as NodeJS.ErrnoException).code !== 'ENOTCONN') throw error
      }
    },
    close: () => socket.close(),
  }
}
