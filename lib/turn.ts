/**
 * Fairness: how much may be done inline before the event loop gets a turn.
 *
 * A read that finds bytes resolves in a microtask, so a loop over a flooded socket would never leave the
 * microtask queue: no timer, no other socket. After so much work the next operation waits for the loop to
 * turn once, which costs about two microseconds and leaves throughput as it was.
 *
 * A turn is one of the loop, and only an immediate knows that it has come. A wake-up does not: many come in one
 * turn, some of them because of what another one did. So a wake-up goes on with what is left of the allowance.
 * What then has to wait gets a share of a later turn: an allowance of its own, in an immediate of its own, after
 * those that have waited longer. A turn has so many shares, however many wait for one.
 */
import { calls } from './native.js'
import { setImmediate } from './timers.js'

/** Operations, or as many times eight KiB: each about two microseconds of work. */
const ALLOWANCE = 256
/** With less than this left a new allowance comes with the next turn, for work that always leaves some. */
const LOW = ALLOWANCE / 2
/** So many queues have their allowance in one turn: some milliseconds of work. */
const SHARES = 16

/** Who goes on in a later turn. */
export interface Resting {
  /** Whether it keeps the event loop running until then. */
  readonly referenced: boolean
  onTurn(): void
}

let left = ALLOWANCE
/** Immediates that will give a share. */
let shares = 0
/** An immediate that will only renew the allowance is on its way. */
let renewing = false
/** Those who wait for a share, in the order in which they began to. */
const resting = new Set<Resting>()

/** Whether an operation may still be tried in this turn. */
export function mayTry(): boolean {
  return left > 0
}

/** Counts an operation that moved `bytes`. */
export function spend(bytes: number): void {
  left -= 1 + (bytes >>> 13)
  if (left < LOW && !renewing) renew()
}

/** Counts so many microseconds of waiting on this thread. */
export function spendTime(microseconds: number): void {
  left -= microseconds >>> 1
}

/** A turn of the event loop has begun: to be called in an immediate, of which there is one a turn. */
export function beginTurn(): void {
  left = ALLOWANCE
}

/** `onTurn` will be called when the event loop has turned, and those before it have had their share. */
export function rest(one: Resting): void {
  resting.add(one)
  share(one.referenced)
}

/** Takes back a {@link rest}. */
export function wake(one: Resting): void {
  resting.delete(one)
}

/** Neither wakes the event loop nor keeps it running: there is nothing to do. */
function renew(): void {
  renewing = true
  setImmediate(() => {
    renewing = false
    beginTurn()
  }).unref()
}

/** Sees to it that one more has its share, if the turn has one left. */
function share(referenced: boolean): void {
  if (shares === SHARES || shares >= resting.size) return
  shares++
  const immediate = setImmediate(goOn)
  if (referenced) return
  // It must not keep the loop running, and yet not sleep until something else wakes the loop.
  immediate.unref()
  calls.nudge()
}

/** The share of the one that has waited longest; its microtasks run before the next one's. */
function goOn(): void {
  shares--
  beginTurn()
  const [one] = resting
  if (one === undefined) return
  resting.delete(one)
  try {
    one.onTurn()
  } finally {
    const [other] = resting
    if (other !== undefined) share(other.referenced)
  }
}
