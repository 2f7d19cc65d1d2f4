/** Pairs that a test needs not close itself. */
import {
  type DatagramSocket,
  type PairOptions,
  type SeqpacketSocket,
  type Socket,
  type SocketType,
  type StreamSocket,
  socketpair,
} from 'socketpair'
import type { ExecutionContext } from './test.ts'

/** "S, D and Q" of the list of cases. */
export const TYPES = ['stream', 'dgram', 'seqpacket'] as const
/** Those with message boundaries. */
export const MESSAGE_TYPES = ['dgram', 'seqpacket'] as const
/** Those that are told of their peer's end. */
export const CONNECTED_TYPES = ['stream', 'seqpacket'] as const

interface Ends {
  stream: StreamSocket
  dgram: DatagramSocket
  seqpacket: SeqpacketSocket
}

/** A pair whose ends are closed when the test is over, however it ended. */
export function pair<T extends SocketType>(
  t: ExecutionContext,
  type: T,
  options?: PairOptions,
): [Ends[T], Ends[T]] {
  const ends = socketpair(type as 'stream', options) as unknown as [Ends[T], Ends[T]]
  closeAfter(t, ...ends)
  return ends
}

/** Closes the ends when the test is over. */
export function closeAfter(t: ExecutionContext, ...ends: readonly Socket[]): void {
  t.teardown(() => {
    for (const end of ends) end.close()
  })
}
