import type { Channel } from '../channel.js'
import { ChannelDuplex } from './channel-duplex.js'
import { keptDuplex, keptStreams } from './kept.js'
import type { DuplexOptions, SocketDuplex } from './socket-duplex.js'
import { readableOf } from './web-readable.js'
import { WebStreams } from './web-streams.js'
import { writableOf } from './web-writable.js'

/** Ends the sending direction when what was sent has gone. */
type EndSending = () => Promise<void>

/** The Duplex of a channel. */
export function channelDuplexOf(
  channel: Channel<unknown, unknown>,
  endSending: EndSending,
  options?: DuplexOptions,
): SocketDuplex {
  return keptDuplex(channel, options, () => new ChannelDuplex(channel, endSending, options))
}

/** The web streams of a channel. */
export function channelStreamsOf<In, Out>(
  channel: Channel<In, Out>,
  endSending: EndSending,
): WebStreams<In, Out> {
  const stop = new AbortController()
  return keptStreams(
    channel,
    () =>
      new WebStreams<In, Out>(
        {
          shut: (side) => (side === 'writable' ? endSending() : undefined),
          close() {
            channel.close().catch(() => {})
          },
        },
        (sides) =>
          readableOf<In>(
            () => channel.recv({ signal: stop.signal }),
            () => stop.abort(),
            sides,
          ),
        (sides) => writableOf<Out>((value, signal) => channel.send(value, { signal }), sides),
      ),
  )
}
