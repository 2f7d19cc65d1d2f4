// Rounds of runs in random order.

import { Progress } from './progress.js'
import { runConfiguration } from './run.js'

/**
 * @typedef {import('./run.js').Report} Report
 * @typedef {Map<string, (Report | null)[]>} Samples by name, one for each round; null where it failed
 */

/**
 * Each round runs each configuration once: a ratio is only ever taken inside one round, and no
 * configuration always follows the same other one.
 *
 * @param {ReadonlyMap<string, import('./run.js').Configuration>} configurations
 * @param {number} rounds
 * @param {import('./run.js').Window} window
 * @returns {Promise<Samples>}
 */
export async function runRounds(configurations, rounds, window) {
  const names = [...configurations.keys()]
  /** @type {Samples} */
  const samples = new Map(names.map((name) => [name, []]))
  const progress = new Progress(rounds, names)
  for (let round = 0; round < rounds; round++) {
    progress.startRound()
    for (const [name, configuration] of shuffled([...configurations])) {
      progress.startRun(name)
      samples.get(name)?.push(await tryRun(name, configuration, window))
      progress.endRun(name)
    }
  }
  return samples
}

/**
 * @param {string} name
 * @param {import('./run.js').Configuration} configuration
 * @param {import('./run.js').Window} window
 */
async function tryRun(name, configuration, window) {
  try {
    return await runConfiguration(configuration, window)
  } catch (error) {
    console.error(`\n${name}: ${error instanceof Error ? error.message : error}`)
    return null
  }
}

/**
 * The figures of the samples; NaN where a run failed.
 *
 * @param {Samples} samples
 * @param {ReadonlyMap<string, import('./run.js').Configuration>} configurations
 */
export function figuresOf(samples, configurations) {
  return new Map(
    [...samples].map(([name, reports]) => {
      const { figure } = /** @type {import('./run.js').Configuration} */ (configurations.get(name))
      return [name, reports.map((report) => (report ? figure(report) : Number.NaN))]
    }),
  )
}

/**
 * @template T
 * @param {T[]} items
 */
function shuffled(items) {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item)
}
