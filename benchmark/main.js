// npm run bench: rounds of all configurations in random order, then the table of ratios.

import { writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, release } from 'node:os'
import { compileReferences } from './compile.js'
import { configurations } from './configurations.js'
import { evaluate } from './evaluate.js'
import { parseOptions } from './options.js'
import { printReport } from './report.js'
import { rows } from './rows.js'
import { runConfiguration } from './run.js'

/**
 * Gives false when a run failed; a row that falls short is a finding, not a failure.
 *
 * @param {readonly string[]} args
 */
export async function benchmark(args) {
  const options = parseOptions(args)
  if (options === null) return false
  const { rounds, only, json } = options
  const chosen = rows.filter((row) => only.test(row.name))

  const { version: node, arch, platform } = process
  const machine = { node, platform, release: release(), arch, cpus: availableParallelism() }
  // What else the machine was doing before this began.
  const load = loadavg()[0] ?? 0
  console.log(`${Object.values(machine).join(' ')} CPUs, load ${load.toFixed(2)}\n`)
  if (load > machine.cpus / 2) console.log('The machine is busy: the figures mean little.\n')

  compileReferences()
  const measured = await runRounds(chosen, rounds)
  const results = chosen.map((row) => evaluate(row, measured))
  printReport(results)
  if (json !== undefined) {
    const report = { machine, load, rounds, rows: results }
    writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`)
  }
  return results.every((result) => result.verdict !== 'failed')
}

/**
 * Each round runs each configuration once: a ratio is only ever taken inside one round, and no
 * configuration always follows the same other one.
 *
 * @param {typeof rows} chosen
 * @param {number} rounds
 */
async function runRounds(chosen, rounds) {
  const names = new Set(chosen.flatMap((row) => [row.ours, row.reference ?? row.ours]))
  /** @type {Map<string, number[]>} */
  const measured = new Map([...names].map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    let done = 0
    for (const name of shuffled([...names])) {
      showProgress(`round ${round + 1} of ${rounds}, run ${++done} of ${names.size}: ${name}`)
      const configuration = configurations.get(name)
      if (!configuration) throw new Error(`no configuration is called ${name}`)
      const figure = await runConfiguration(configuration)
      measured.get(name)?.push(figure)
    }
    if (!process.stderr.isTTY) console.error(`round ${round + 1} of ${rounds} done`)
  }
  showProgress('')
  return measured
}

/** @param {string} text */
function showProgress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`)
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
