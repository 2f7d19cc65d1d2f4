// What can be asked of a run: npm run bench -- --rounds 3 --only seqpacket

import { parseArgs } from 'node:util'

/** For a terminal. */
export const usage = `npm run bench                    the table of ratios, and whether each reaches its goal
npm run bench -- --growth        how cost grows with size, pairs and workers
npm run bench -- --inside        what one call, one promise and one wake cost

  --quick          short runs, 3 rounds: a first look
  --rounds <n>     how often each is run (7)
  --only <text>    only rows whose name holds this text
  --peers          also against other packages and runtimes, which it installs in benchmark/peers/
  --no-fail        exit status 0 even when a row falls short
  --keep           make this the run that the documentation shows
  --json <file>    also write the results there`

/**
 * @typedef {object} Options
 * @property {'table' | 'growth' | 'inside'} form
 * @property {boolean} quick
 * @property {number} rounds
 * @property {string} only
 * @property {boolean} peers
 * @property {boolean} fail whether a row that falls short fails the run
 * @property {boolean} keep
 * @property {string | undefined} json
 */

/**
 * @param {readonly string[]} args
 * @returns {Options}
 * @throws where an option is wrong
 */
export function parseOptions(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      growth: { type: 'boolean', default: false },
      inside: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string', default: '' },
      peers: { type: 'boolean', default: false },
      'no-fail': { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  })
  const { growth, inside, quick, only, peers, keep, json } = values
  if (growth && inside) throw new RangeError('--growth and --inside are two different runs')
  const rounds = Number(values.rounds ?? (quick ? 3 : 7))
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--rounds: a whole number')
  const form = growth ? 'growth' : inside ? 'inside' : 'table'
  return { form, quick, rounds, only, peers, fail: !values['no-fail'], keep, json }
}
