import type { Limits } from '../arguments.js'
import type { Attempt, BLOCKED, SHORT_OF_BUFFERS } from '../operation.js'
import type { Arrivals } from './arrivals.js'
import type { FrameReader } from './frame-reader.js'
import type { FrameWriter } from './frame-writer.js'

/** What a try to move bytes says when it could not go on. */
export type Stuck = typeof BLOCKED | typeof SHORT_OF_BUFFERS

/** What frames travel over: a socket of one of the types, or a Duplex. */
export interface Transport {
  /** A body of so many bytes or more is an item of its own, and not copied. */
  readonly direct: number
  /** Whether it keeps what was pushed until it has gone, by itself. */
  readonly borrows: boolean
  /** Whether frames may be pushed at once: nobody is before them, and the event loop is not starved. */
  readonly mayPush: boolean
  /** Sends what is in `frames` until all has gone or no more is taken. */
  push(frames: FrameWriter): true | Stuck
  /**
   * Sends a plain frame that nothing is before, if it can do so better than by {@link push}.
   * @returns the bytes that went; 0 also for what {@link push} must tell of
   */
  pushFrame?(body: Uint8Array): number
  /**
   * Tries as soon as more may be taken, until it is done.
   * @param tried a try was just made and would have blocked
   */
  untilPushed(attempt: Attempt<true>, tried: boolean): Promise<true>
  /** Whether a receive may be tried at once. */
  readonly mayFill: boolean
  /** Receives that wait. */
  readonly waiting: number
  /** Receives what is there, once; gives the bytes that came, 0 at end-of-file. */
  fill(reader: FrameReader): number | typeof BLOCKED
  /** Tries a receive as soon as it is its turn. */
  untilFilled<T>(attempt: Attempt<T>, limits: Limits | undefined, tried: boolean): Promise<T>
  /** The receives that wait can't go on, although something may be there: {@link retry} will be called. */
  held: boolean
  /** Tries the receives that wait, although nothing has come. */
  retry(): void
  /** Descriptors that came; undefined where none can. */
  readonly arrivals: Arrivals | undefined
  /** Nothing more will be received: the peer is told, where that can be done alone. */
  endReceiving(): void
  /** Nothing more will be sent. */
  endSending(): void
  readonly closed: boolean
  /** Calls `listener` with the error of later receives once it is closed, by whatever call. */
  whenClosed(listener: (error: unknown) => void): void
  /** Closes; what waits rejects with ECANCELED. */
  close(): void | Promise<void>
  ref(): void
  unref(): void
}
