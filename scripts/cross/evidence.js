// What is known of each platform, and how: the pages of the documentation say the same, by __test__/documentation-platforms.spec.ts.

import { targets } from './targets.js'

/**
 * @typedef {object} Evidence
 * @property {string} how as the pages begin to say it
 * @property {readonly string[]} platforms
 */

/** Where all of this is done. */
const HOST = 'linux-x64-gnu'

/** The source compiles for them, and there is no package. */
const unpackaged = ['OpenBSD', 'illumos']

const titles = (/** @type {(target: typeof targets[number]) => boolean} */ fits) =>
  targets.filter(fits).map(({ title }) => title)

/** @type {readonly Evidence[]} from the most to the least */
export const evidence = [
  { how: 'tested', platforms: titles(({ name }) => name === HOST) },
  {
    how: 'run',
    platforms: titles(({ name, runs }) => runs === 'native' && name !== HOST),
  },
  { how: 'run under emulation', platforms: titles(({ runs }) => runs === 'emulated') },
  { how: 'linked, not run', platforms: titles(({ runs }) => runs === undefined) },
  { how: 'compiled, not linked', platforms: unpackaged },
]

/** @param {typeof targets[number]} target */
export const howOf = ({ title }) =>
  evidence.find(({ platforms }) => platforms.includes(title))?.how ?? ''

/** The rows that every page has that says what was done where. */
export const evidenceRows = evidence.map(
  ({ how, platforms }) => `| ${platforms.join('; ')} | ${how}`,
)
