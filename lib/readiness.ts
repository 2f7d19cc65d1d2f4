/**
 * Who waits for what: the seam between the queues and whatever tells that an end can be tried.
 *
 * A waiting queue is held here, and by it the end: that is what keeps an end with a pending operation
 * from the garbage collector. An end where nothing waits is held by its user alone.
 */
import { trace } from './diagnostics.js'
import { calls, listen, shared } from './native.js'

/** Reading is 0 and writing 1, as in the tokens of the addon. */
export type Direction = 0 | 1

/** What hears that its end can be tried. */
export interface Waiter {
  onReady(): void
}

/** Of the environment, and so of every copy of this module in it. */
const waits = shared(() => ({ waiters: new Map<number, Waiter>(), holders: 0 }))
const { waiters } = waits

listen((token) => {
  // A token of an operation that was cancelled meanwhile finds nobody, or somebody for whom one try
  // too many costs nothing.
  const waiter = waiters.get(token)
  if (waiter !== undefined) {
    trace?.('end %d: ready to %s', token >>> 1, verb(token & 1))
    forget(token >>> 1, (token & 1) as Direction)
    waiter.onReady()
  }
})

/** `armed`: `onReady` will be called once. `ready`: try at once. A number: the errno, negated. */
export function wait(id: number, direction: Direction, waiter: Waiter): 'armed' | 'ready' | number {
  const answer = calls.arm(id, direction)
  if (answer === 0) return 'ready'
  if (answer < 0) return answer
  trace?.('end %d: waits to %s', id, verb(direction))
  waiters.set(id * 2 + direction, waiter)
  return 'armed'
}

function verb(direction: number): string {
  return direction === 0 ? 'read' : 'write'
}

/** `onReady` will be called when the addon sends the token, for whatever reason: see `beginRelay`. */
export function expect(id: number, direction: Direction, waiter: Waiter): void {
  waiters.set(id * 2 + direction, waiter)
}

/** Takes back a {@link wait} or an {@link expect}. */
export function forget(id: number, direction: Direction): void {
  waiters.delete(id * 2 + direction)
  calls.disarm(id, direction)
}

/** Keeps the event loop running until {@link release}. */
export function hold(): void {
  if (waits.holders++ === 0) calls.keepAlive(1)
}

/** Ends a {@link hold}. */
export function release(): void {
  if (--waits.holders === 0) calls.keepAlive(0)
}
