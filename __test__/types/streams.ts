// Checked by the compiler alone, never run: the types of the streams over sockets and channels.
import type { Duplex } from 'node:stream'
import {
  Channel,
  type DatagramSocket,
  type DuplexOptions,
  type SeqpacketSocket,
  type SocketDuplex,
  type StreamSocket,
} from 'socketpair'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only when `A` and `B` are the same type, in both directions. */
function same<A, B>(..._proof: Same<A, B> extends true ? [] : ['not the same type']): void {}

export function aDuplexOfNode(socket: StreamSocket | DatagramSocket | SeqpacketSocket): Duplex {
  const options: DuplexOptions = {
    allowHalfOpen: false,
    highWaterMark: 1,
    readableHighWaterMark: undefined,
    signal: AbortSignal.timeout(1),
  }
  const duplex = socket.toDuplex(options)
  same<typeof duplex, SocketDuplex>()
  duplex
    .setTimeout(1, () => {})
    .setNoDelay()
    .setKeepAlive(true, 1)
    .ref()
    .unref()
    .destroySoon()
  const state = duplex.readyState
  same<typeof state, 'open' | 'readOnly' | 'writeOnly' | 'closed'>()
  const sum = duplex.bytesRead + duplex.bytesWritten
  same<typeof sum, number>()
  duplex.on('timeout', () => {}).on('close', (hadError: boolean) => hadError)
  // @ts-expect-error a chunk is bytes or a message, always
  socket.toDuplex({ objectMode: true })
  // @ts-expect-error no word
  socket.toDuplex({ allowHalfOpen: 'yes' })
  return duplex
}

export async function webStreams(socket: StreamSocket): Promise<void> {
  const { readable, writable } = socket
  same<typeof readable, ReadableStream<Uint8Array>>()
  same<typeof writable, WritableStream<Uint8Array | string>>()
  const byob = readable.getReader({ mode: 'byob' })
  await byob.read(new Uint8Array(1))
  await new Response(readable).text()
  await readable.pipeThrough(new CompressionStream('gzip')).pipeTo(writable)
  const bytes: WritableStream<Uint8Array> = writable
  await bytes.close()
  for await (const chunk of readable) same<typeof chunk, Uint8Array>()
  // @ts-expect-error the same stream at each access is not to be replaced
  socket.readable = readable
}

export async function valuesOfAChannel(socket: StreamSocket): Promise<void> {
  const channel = new Channel<{ answer: number }, { question: string }>(socket, { codec: 'json' })
  same<typeof channel.readable, ReadableStream<{ answer: number }>>()
  same<typeof channel.writable, WritableStream<{ question: string }>>()
  same<ReturnType<typeof channel.toDuplex>, SocketDuplex>()
  await channel.writable.getWriter().write({ question: 'why' })
  // @ts-expect-error not a question
  await channel.writable.getWriter().write({ answer: 1 })
}
