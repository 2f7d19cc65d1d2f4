/**
 * The short wait: between partners that answer within microseconds, the way through the I/O driver's
 * thread and back costs more than the answer. An end whose last waits were short waits a moment on this
 * thread first, after everything else of this turn of the event loop has run.
 */
import { trace } from './diagnostics.js'
import { calls } from './native.js'
import type { Direction } from './readiness.js'
import { endTurn } from './turn-end.js'
import { beginTurn, mayTry, spendTime } from './turn.js'
import { setImmediate } from './timers.js'

/** What hears how its short wait ended. */
export interface Lingerer {
  /** Microseconds of spinning that its user asked for; undefined: as long as experience says. */
  readonly spin: number | undefined
  onLingered(ready: boolean): void
}

/** Microseconds of asking again and again, with other threads let run in between, where nobody said. */
const SPIN = 20
/** Microseconds of sleep after that: about what a reader takes to make room in a full queue. */
const SLEEP = 200

/**
 * Ends that linger at once: each look asks for all of them. With more there is a crowd, somebody is always
 * ready, and the event loop tells of many at the price of one.
 */
const MOST = 8

/** A microtask by `then` costs a fraction of one by queueMicrotask, which makes an async resource. */
const SETTLED = Promise.resolve()

let lingerers = new Map<number, Lingerer>()
let tokens = new Uint32Array(16)
let looking = false
let crowded = false
/** Whether one of them may keep the event loop running. */
let referencing = false
let turn: NodeJS.Immediate | undefined

/** Whether one more end may linger. One too many ends it for all of them, until the event loop has turned. */
export function mayLinger(): boolean {
  if (crowded) return false
  if (lingerers.size < MOST) return true
  crowded = true
  return false
}

/**
 * Waits a moment; `onLingered` will be called when the microtasks of now have run, or in the next turn of
 * the event loop.
 * @param referenced whether the wait may keep the event loop running
 */
export function linger(
  id: number,
  direction: Direction,
  lingerer: Lingerer,
  referenced: boolean,
): void {
  lingerers.set(id * 2 + direction, lingerer)
  referencing ||= referenced
  if (looking) return
  if (mayTry()) {
    looking = true
    void SETTLED.then(look)
  } else {
    waitForTurn()
  }
}

/** Takes back a {@link linger}. */
export function hurry(id: number, direction: Direction): void {
  lingerers.delete(id * 2 + direction)
}

/** First look, as soon as nothing else is to be done in this turn: the answer may be there already. */
function look(): void {
  looking = false
  endTurn()
  if (crowded) {
    disperse()
  } else if (lingerers.size > 0) {
    let spin = 0
    for (const lingerer of lingerers.values()) spin = Math.max(spin, lingerer.spin ?? SPIN)
    spendTime(spin)
    for (const [token, lingerer] of ask(spin, 0)) lingerers.set(token, lingerer)
  }
  if (lingerers.size > 0 || crowded) waitForTurn()
  else referencing = false
}

/** Nobody waits here any more: the event loop tells. */
function disperse(): void {
  const dispersed = lingerers
  lingerers = new Map()
  for (const lingerer of dispersed.values()) lingerer.onLingered(false)
}

/** The second look comes when the event loop has turned. */
function waitForTurn(): void {
  if (turn === undefined) {
    turn = setImmediate(sleep)
    if (referencing) return
    // As in a queue's next turn: it must neither keep the loop running nor wait until something wakes it.
    turn.unref()
    calls.nudge()
  } else if (referencing) {
    turn.ref()
  }
}

/** Second look, when the event loop has turned: asleep, if it must be, and nobody said how long to spin. */
function sleep(): void {
  turn = undefined
  referencing = false
  crowded = false
  beginTurn()
  let asleep = 0
  for (const lingerer of lingerers.values()) if (lingerer.spin === undefined) asleep = SLEEP
  for (const [, lingerer] of ask(asleep === 0 ? 0 : SPIN, asleep)) lingerer.onLingered(false)
}

/** Asks for all who wait, tells those whose end can be tried, and gives the others. */
function ask(spin: number, asleep: number): [number, Lingerer][] {
  const asked = lingerers
  lingerers = new Map()
  const count = asked.size
  if (count === 0) return []
  if (tokens.length < count) tokens = new Uint32Array(count * 2)
  let index = 0
  for (const token of asked.keys()) tokens[index++] = token
  const failed = calls.linger(tokens, count, spin, asleep) < 0
  trace?.('%d waits of %d µs and %d µs on the thread', count, spin, asleep)
  const others: [number, Lingerer][] = []
  index = 0
  for (const [token, lingerer] of asked) {
    if (failed || tokens[index] === 1) lingerer.onLingered(true)
    else others.push([token, lingerer])
    index++
  }
  return others
}
