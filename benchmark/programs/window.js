// The stretch of time that counts, after a warm-up that starts with the first message, and the line
// that tells the harness what came of it. benchmark/c/window.h is the same in C.

import { writeSync } from 'node:fs'
import { checkedBytes } from './pattern.js'

/** Milliseconds. */
export const warmUp = Number(process.env.BENCHMARK_WARM_UP_MS)
/** Milliseconds. */
export const measured = Number(process.env.BENCHMARK_MEASURED_MS)

/**
 * What the harness reads: one line of JSON.
 *
 * @param {Record<string, number | readonly number[]>} figures
 */
export function report(figures) {
  writeSync(1, `${JSON.stringify({ ...figures, checked: checkedBytes() })}\n`)
}
