import { binding } from './native.js'
import { pending } from './operation.js'

/** What {@link stats} tells. */
export interface Stats {
  /** Ends that are open in this process, those on their way between two threads included. */
  readonly openEnds: number
  /** Received descriptors of this process that nobody has taken or closed. */
  readonly receivedFds: number
  /** Operations of this thread that wait: their promises are not settled, and a relay is none of them. */
  readonly pendingOperations: number
  /** Times that this process was told of an end that it can be tried. */
  readonly wakes: number
  /** Times that it was told of one or several together: `wakes / batches` is the size of a batch. */
  readonly batches: number
  /** Short waits on a JavaScript thread instead, see {@link Socket.busyPoll}; each may serve several ends. */
  readonly spins: number
  /** Those of them that paid: an end could be tried before they were over. */
  readonly spinsReady: number
}

/**
 * What the package does in this process: `openEnds`, `receivedFds` and `pendingOperations` as they are now,
 * the others since the start, over all threads. An operation that finds its end ready waits for nothing and
 * is counted nowhere. A second copy of the package's binary in one process counts for itself.
 *
 * @example
 * ```js
 * import { socketpair, stats } from 'socketpair'
 *
 * const [here, there] = socketpair()
 * const read = here.read(Buffer.alloc(8))
 * console.log(stats().openEnds, stats().pendingOperations) // 2 1
 * await there.write('x')
 * await read
 * console.log(stats().pendingOperations, stats().wakes) // 0 1
 * ```
 */
export function stats(): Stats {
  const { openEnds, receivedFds, wakes, batches, spins, spinsReady } = binding.activity()
  return {
    openEnds,
    receivedFds,
    pendingOperations: pending.count,
    wakes,
    batches,
    spins,
    spinsReady,
  }
}
