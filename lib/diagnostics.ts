/** What the package tells about itself while it runs: `diagnostics_channel` events and traces. */
import { type Channel as DiagnosticsChannel, channel } from 'node:diagnostics_channel'
import { debuglog } from 'node:util'
import type { SocketType } from './end.js'
import type { Socket } from './socket.js'

/** The end that an event is about. */
export interface EndMessage {
  /** A number for the end, which no other open end of this thread has. */
  readonly id: number
  /** Its descriptor, or what that was. */
  readonly fd: number
  /** Its type. */
  readonly type: SocketType
}

/** What `socketpair:open` tells: an end came to be here, made, adopted, received or inherited. */
export interface OpenMessage extends EndMessage {
  /** The end itself. Holding it keeps it from the garbage collector. */
  readonly socket: Socket
}

/** What `socketpair:close` tells: an end is here no longer. */
export interface CloseMessage extends EndMessage {
  /**
   * How it went: by {@link Socket.close}, by {@link Socket.detach}, to another thread by {@link transfer}, or
   * closed by the garbage collector because nobody could reach it.
   */
  readonly reason: 'close' | 'detach' | 'transfer' | 'collect'
  /** Its total of bytes received; not known of one that was collected. */
  readonly bytesRead?: number
  /** Its total of bytes sent; not known of one that was collected. */
  readonly bytesWritten?: number
}

/**
 * What `socketpair:error` tells: a promise of an operation rejects because of what happened to the end, or
 * because its time was over. Aborted operations, those of a closed end (ECANCELED, EBADF of the package's
 * own), wrong arguments and the `try` calls, which throw at once, are not told.
 */
export interface ErrorMessage extends EndMessage {
  /** What the promise rejects with. */
  readonly error: unknown
}

/** What `socketpair:fd-unclaimed` tells: received descriptors were closed because nobody took them. */
export interface UnclaimedMessage {
  /** How many. */
  readonly count: number
}

/** The message of each channel of `node:diagnostics_channel`, by the channel's name. */
export interface DiagnosticsMessages {
  'socketpair:open': OpenMessage
  'socketpair:close': CloseMessage
  'socketpair:error': ErrorMessage
  'socketpair:fd-unclaimed': UnclaimedMessage
}

function channelOf<Name extends keyof DiagnosticsMessages>(name: Name) {
  return channel(name) as DiagnosticsChannel<unknown, DiagnosticsMessages[Name]>
}

const opens = channelOf('socketpair:open')
const closes = channelOf('socketpair:close')
const errors = channelOf('socketpair:error')
const unclaimedFds = channelOf('socketpair:fd-unclaimed')

const log = debuglog('socketpair')

/** Writes a line to stderr; undefined unless `NODE_DEBUG` asks for it. Bun does not tell: its own looks. */
export const trace: typeof log | undefined = log.enabled === false ? undefined : log

/** How an end is called in a trace. */
function named({ id, fd, type }: EndMessage): string {
  return `${type} end ${id} (fd ${fd})`
}

/** An end came to be here. */
export function opened(end: EndMessage, socket: Socket): void {
  trace?.('%s: open', named(end))
  if (opens.hasSubscribers) opens.publish({ id: end.id, fd: end.fd, type: end.type, socket })
}

/** An end is here no longer. */
export function closed(end: CloseMessage): void {
  trace?.(
    '%s: %s, %o bytes read, %o written',
    named(end),
    end.reason,
    end.bytesRead,
    end.bytesWritten,
  )
  if (closes.hasSubscribers) closes.publish(end)
}

/** A promise of the end rejects with `error`, which comes back. */
export function failed(end: EndMessage, error: unknown): unknown {
  if (end.fd === -1) return error
  trace?.('%s: %s', named(end), error)
  if (errors.hasSubscribers) errors.publish({ id: end.id, fd: end.fd, type: end.type, error })
  return error
}

/** So many received descriptors were closed because nobody took them. */
export function leftUnclaimed(count: number): void {
  trace?.('%d received descriptors were closed unclaimed', count)
  if (unclaimedFds.hasSubscribers) unclaimedFds.publish({ count })
}
