/**
 * What is gathered while JavaScript runs goes at the end of the turn: when the microtasks of now have run, or
 * earlier, when somebody is about to wait, since what is waited for may be the answer.
 */
import { nextTick } from './timers.js'

/** Who gathers. */
export interface Flusher {
  flush(): void
}

let due: Flusher[] = []

/** `flush` will be called once, soon. */
export function atTurnEnd(flusher: Flusher): void {
  if (due.length === 0) nextTick(endTurn)
  due.push(flusher)
}

/** Flushes all. */
export function endTurn(): void {
  if (due.length === 0) return
  const flushers = due
  due = []
  for (const flusher of flushers) flusher.flush()
}
