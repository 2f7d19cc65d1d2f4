// npm run soak: the same again and again, over both kinds of readiness, with eyes on what the process has.

import { campaign } from '../shared/campaign.js'
import { kinds } from '../shared/kinds.js'
import { runProgram } from '../shared/node-program.js'

/**
 * @param {string} name
 * @param {number} share
 * @returns {import('../shared/campaign.js').Part}
 */
const part = (name, share) => ({
  name,
  share,
  lacks: () => (process.platform === 'linux' ? undefined : 'Linux: proc(5)'),
  async run({ seed, seconds, trace, figures, numbers }) {
    const { terminations = 0 } = numbers
    // A number of terminations takes as long as it takes.
    const counted = name === 'terminations' && terminations > 0
    for (const kind of kinds) {
      const options = {
        seed,
        seconds: counted ? terminations : seconds / kinds.length,
        args: [counted ? Math.ceil(terminations / kinds.length) : Infinity],
        env: { SOCKETPAIR_READINESS: kind },
        trace,
      }
      figures.addAll(await runProgram(new URL(`programs/${name}.mjs`, import.meta.url), options))
    }
  },
})

export const soak = () =>
  campaign('soak', [part('pairs', 1), part('bytes', 2), part('terminations', 3)], {
    terminations: 0,
  })
