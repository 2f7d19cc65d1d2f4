// What can be asked of a run: npm run bench -- --rounds 3 --only seqpacket --json figures.json

import { parseArgs } from 'node:util'

const usage = 'Options: --rounds <number, 7>, --only <regular expression>, --json <file>'

/**
 * Null, with a message, where an option is wrong.
 *
 * @param {readonly string[]} args
 */
export function parseOptions(args) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rounds: { type: 'string', default: '7' },
        only: { type: 'string', default: '' },
        json: { type: 'string' },
      },
    })
    const rounds = Number(values.rounds)
    if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--rounds: a whole number')
    return { rounds, only: new RegExp(values.only, 'i'), json: values.json }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`)
    return null
  }
}
