// npm run hostile: peers in C and Python that do what they must not. This side keeps its event loop, its memory
// and its descriptors, and everything ends.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isInstalled } from '../../scripts/prerequisites.js'
import { root, run as runCommand } from '../../scripts/steps.js'
import { campaign } from '../shared/campaign.js'
import { kinds } from '../shared/kinds.js'
import { runProgram } from '../shared/node-program.js'

const folder = join(root, 'target', 'hostile')

/** @type {Promise<void> | undefined} */
let compiled

async function compile() {
  mkdirSync(folder, { recursive: true })
  const source = join(root, 'campaigns/hostile/peers/sharer.c')
  await runCommand('cc', ['-O1', '-Wall', '-Werror', '-o', join(folder, 'sharer'), source])
}

/**
 * @param {string} name
 * @param {readonly string[]} needs commands
 * @param {number} [share] of the time: there are many kinds of it
 * @returns {import('../shared/campaign.js').Part}
 */
const scene = (name, needs, share = 1) => ({
  name,
  share,
  lacks() {
    if (process.platform !== 'linux') return 'Linux'
    return needs.find((command) => !isInstalled(command))
  },
  async prepare() {
    if (needs.includes('cc')) await (compiled ??= compile())
  },
  async run({ seed, seconds, trace, figures }) {
    for (const kind of kinds) {
      const env = { SOCKETPAIR_READINESS: kind, HOSTILE_PEERS: folder }
      const program = new URL(`programs/${name}.mjs`, import.meta.url)
      figures.addAll(
        await runProgram(program, { seed, seconds: seconds / kinds.length, env, trace }),
      )
    }
  },
})

export const hostile = () =>
  campaign('hostile', [
    scene('floods', ['python3'], 2),
    scene('cut-frames', ['python3']),
    scene('odd-descriptors', ['python3']),
    scene('sharers', ['cc', 'python3'], 2),
    scene('limits', ['python3']),
    scene('signals', ['python3']),
    scene('slow-readers', ['python3']),
  ])
