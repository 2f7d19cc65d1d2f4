// A part whose seeds are tried one after the other by processes that may die of one, over both kinds of
// readiness in turn.

import { kindAt } from '../shared/kinds.js'
import { runProgram } from '../shared/node-program.js'

/** Seconds that one process is used. */
const LIFE = 5

/**
 * @param {string} name
 * @param {string} counted the figure that says how many seeds a process has tried
 * @returns {import('../shared/campaign.js').Part}
 */
export function inProcesses(name, counted) {
  const program = new URL(`programs/${name}.mjs`, import.meta.url)
  return {
    name,
    share: 2,
    counts: true,
    async run({ seed, seconds, rounds, trace, figures }) {
      const end = performance.now() + seconds * 1000
      let [next, left] = [seed, rounds]
      for (let process = 0; left > 0 && (performance.now() < end || process === 0); process++) {
        const life = Math.max(0.1, Math.min(LIFE, (end - performance.now()) / 1000))
        const env = { SOCKETPAIR_READINESS: kindAt(process) }
        const options = { seed: next, seconds: life, args: [left], env, trace }
        const done = await runProgram(program, options)
        next += done[counted] ?? 1
        left -= done[counted] ?? 1
        figures.addAll(done)
      }
    },
  }
}
