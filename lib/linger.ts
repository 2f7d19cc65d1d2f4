/**
 * The short wait: between partners that answer within microseconds, the way through the I/O driver's
 * thread and back costs more than the answer. An end whose last waits were short waits a moment on this
 * thread first, after everything else of this turn of the event loop has run.
 */
import { calls } from './native.js'
import type { Direction } from './readiness.js'

/** What hears how its short wait ended. */
export interface Lingerer {
  onLingered(ready: boolean): void
}

/** Microseconds of asking again and again, with other threads let run in between. */
const SPIN = 20
/** Microseconds of sleep after that: about what a reader takes to make room in a full queue. */
const SLEEP = 200

let lingerers = new Map<number, Lingerer>()
let tokens = new Uint32Array(16)
let turn: NodeJS.Immediate | undefined

/**
 * Waits a moment; `onLingered` will be called in the next turn of the event loop.
 * @param referenced whether the wait may keep the event loop running
 */
export function linger(
  id: number,
  direction: Direction,
  lingerer: Lingerer,
  referenced: boolean,
): void {
  lingerers.set(id * 2 + direction, lingerer)
  if (turn !== undefined) {
    if (referenced) turn.ref()
    return
  }
  turn = setImmediate(poll)
  if (!referenced) {
    // As in a queue's next turn: it must neither keep the loop running nor wait until something wakes it.
    turn.unref()
    calls.nudge()
  }
}

/** Takes back a {@link linger}. */
export function hurry(id: number, direction: Direction): void {
  lingerers.delete(id * 2 + direction)
}

function poll(): void {
  turn = undefined
  const waiting = lingerers
  lingerers = new Map()
  const count = waiting.size
  if (count === 0) return
  if (tokens.length < count) tokens = new Uint32Array(count * 2)
  let index = 0
  for (const token of waiting.keys()) tokens[index++] = token
  const failed = calls.linger(tokens, count, SPIN, SLEEP) < 0
  index = 0
  for (const lingerer of waiting.values()) {
    const ready = failed || tokens[index] === 1
    index++
    lingerer.onLingered(ready)
  }
}
