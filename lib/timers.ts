/**
 * The clocks of the host, taken when the package is imported. A fake clock that a test installs later, in the
 * globals, in `node:timers`, in `process` or in `performance`, does not stop the package: no more than it stops
 * `node:net`. Of one that was installed before, what it has put into the globals does not matter. No other
 * module takes them from anywhere else.
 */
import { performance } from 'node:perf_hooks'
import * as timers from 'node:timers'

// Copies: what such a module exports can be replaced, and then its bindings here would change with it.
export const {
  clearImmediate,
  clearInterval,
  clearTimeout,
  setImmediate,
  setInterval,
  setTimeout,
}: typeof timers = timers
export const nextTick: typeof process.nextTick = process.nextTick.bind(process)
/** Milliseconds since some moment in the past. */
export const monotonic: () => number = performance.now.bind(performance)

const SETTLED = Promise.resolve()

/** As the global one, which no module of the host exports: a fake clock may have come before this import. */
export function queueMicrotask(task: () => void): void {
  void SETTLED.then(task)
}

/** Resolves after so many milliseconds. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
