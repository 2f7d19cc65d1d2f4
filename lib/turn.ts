/**
 * Fairness: how much may be done inline before the event loop gets a turn.
 *
 * A read that finds bytes resolves in a microtask, so a loop over a flooded socket would never leave the
 * microtask queue: no timer, no other socket. After so much work the next operation waits for the loop
 * to turn once, which costs about two microseconds and leaves throughput as it was.
 */

/** Operations, or as many times eight KiB: each about two microseconds of work. */
const ALLOWANCE = 256

let left = ALLOWANCE

/** Whether an operation may still be tried in this turn. */
export function mayTry(): boolean {
  return left > 0
}

/** Counts an operation that moved `bytes`. */
export function spend(bytes: number): void {
  left -= 1 + (bytes >>> 13)
}

/** Counts so many microseconds of waiting on this thread. */
export function spendTime(microseconds: number): void {
  left -= microseconds >>> 1
}

/** Begins a turn of the event loop, or one queue's share of it. */
export function beginTurn(): void {
  left = ALLOWANCE
}
