// A campaign is a list of parts, each run for its share of the time. At the first fault it prints how to repeat
// that, stops, and exits with 1. Its last line has all figures.

import { parseArgs } from 'node:util'
import { StepFailed } from '../../scripts/steps.js'
import { Fault } from './fault.js'
import { Figures } from './figures.js'

/**
 * What a part is run with.
 *
 * @typedef {object} Run
 * @property {number} seed
 * @property {number} seconds how long, about
 * @property {number} rounds at most so many
 * @property {boolean} trace each operation is printed before it is made
 * @property {Figures} figures
 * @property {Readonly<Record<string, number>>} numbers options that only this campaign has
 */

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {number} [share] of the time, in comparison with the others
 * @property {() => string | undefined} [lacks] what it needs and is missing here
 * @property {() => Promise<void>} [prepare] not counted in its time
 * @property {boolean} [counts] one round is enough to repeat a fault; without, the whole time is needed
 * @property {(run: Run) => Promise<void>} run
 */

const MOST_SEED = 0xffff_ffff

/**
 * @param {string} text
 * @param {string} name
 */
function wholeNumber(text, name) {
  if (/^\d+$/.test(text) && Number(text) <= MOST_SEED) return Number(text)
  throw new StepFailed(`--${name} takes a whole number of 32 bits, not ${text}`)
}

/**
 * @param {Readonly<Record<string, number>>} numbers names and defaults of numbers that this campaign has
 */
function readOptions(numbers) {
  const named = ['seed', 'seconds', 'rounds', ...Object.keys(numbers)]
  const { values } = parseArgs({
    options: {
      ...Object.fromEntries(named.map((name) => [name, { type: /** @type {const} */ ('string') }])),
      only: { type: 'string' },
      trace: { type: 'boolean' },
    },
  })
  const given = /** @type {Record<string, string | undefined>} */ (values)
  /** @type {(name: string, otherwise: number) => number} */
  const numberOf = (name, otherwise) => {
    const text = given[name]
    return text === undefined ? otherwise : wholeNumber(text, name)
  }
  return {
    seed: numberOf('seed', Date.now() % 1_000_000),
    seconds: numberOf('seconds', 30),
    rounds: given['rounds'] === undefined ? Infinity : numberOf('rounds', 1),
    only: given['only']?.split(','),
    trace: values['trace'] === true,
    numbers: Object.fromEntries(
      Object.entries(numbers).map(([name, otherwise]) => [name, numberOf(name, otherwise)]),
    ),
  }
}

/**
 * @param {string} name of the command
 * @param {readonly Part[]} parts
 * @param {Readonly<Record<string, number>>} [numbers] options that only this campaign has, with their defaults
 */
export async function campaign(name, parts, numbers = {}) {
  const options = readOptions(numbers)
  for (const wanted of options.only ?? []) {
    if (parts.some((part) => part.name === wanted)) continue
    throw new StepFailed(`unknown: ${wanted}; there are ${parts.map((one) => one.name).join(', ')}`)
  }
  const chosen = parts.filter((part) => options.only?.includes(part.name) ?? true)
  /** @type {Part[]} */
  const runnable = []
  /** @type {string[]} */
  const skipped = []
  for (const part of chosen) {
    const lacking = part.lacks?.()
    if (lacking === undefined) runnable.push(part)
    else skipped.push(`${part.name} (needs ${lacking})`)
  }
  if (skipped.length > 0) console.log(`Skipped: ${skipped.join(', ')}`)
  const shares = runnable.reduce((sum, { share = 1 }) => sum + share, 0)
  console.log(`${name}: seed ${options.seed}, ${options.seconds} s`)
  const start = performance.now()
  const lines = []
  let passed = 0
  /** @type {string | undefined} */
  let failed
  for (const part of runnable) {
    const figures = new Figures()
    const { share = 1 } = part
    try {
      await part.prepare?.()
      const seconds = (options.seconds * share) / shares
      await part.run({ ...options, seconds, figures })
      passed++
    } catch (error) {
      if (error instanceof StepFailed) throw error
      failed = part.name
      console.error(`\n${part.name}: ${error instanceof Fault ? error.message : describe(error)}`)
      console.error(`Repeat: ${repeats(name, part, options, error)}`)
    }
    lines.push(`${part.name} ${figures.line()}`)
    console.log(`  ${lines.at(-1)}`)
    if (failed !== undefined) break
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(0)
  const counts = [`${passed} passed`, `${failed === undefined ? 0 : 1} failed`]
  if (skipped.length > 0) counts.push(`${skipped.length} skipped: ${skipped.join(', ')}`)
  console.log(
    `\n${name}: ${counts.join(', ')}; seed ${options.seed}, ${seconds} s; ${lines.join('; ')}`,
  )
  if (failed !== undefined) process.exitCode = 1
}

/**
 * The command that does the same again.
 *
 * @param {string} name
 * @param {Part} part
 * @param {{ seed: number, seconds: number }} options
 * @param {unknown} error
 */
function repeats(name, part, options, error) {
  const { seed = options.seed, readiness } = error instanceof Fault ? error : {}
  const environment = readiness === undefined ? '' : `SOCKETPAIR_READINESS=${readiness} `
  const length = part.counts ? '--rounds 1 --trace' : `--seconds ${options.seconds}`
  return `${environment}npm run ${name} -- --only ${part.name} --seed ${seed} ${length}`
}

/** @param {unknown} error */
function describe(error) {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
