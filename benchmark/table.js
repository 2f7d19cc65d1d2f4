// npm run bench: every row of the table, and which fall short.

import { findMissing, peers, whyNot } from './availability.js'
import { drawLatency } from './charts/latency.js'
import { configurations } from './configurations/index.js'
import { evaluate } from './evaluate.js'
import { describeMachine, describeVersions } from './machine.js'
import { printReport, printSkipped } from './report.js'
import { keepCharts, keepResults } from './results.js'
import { figuresOf, runRounds } from './rounds.js'
import { rows } from './rows.js'
import { shortWindow, usualWindow } from './run.js'

/**
 * Gives whether all went well: every row ran, and every goal was reached.
 *
 * @param {import('./options.js').Options} options
 */
export async function benchmarkTable(options) {
  const { rounds, quick } = options
  const missing = findMissing(options)
  const { chosen, skipped } = choose(options.only, missing)
  if (chosen.length === 0) {
    printSkipped(skipped)
    throw new RangeError(`no row can be run whose name holds "${options.only}"`)
  }

  const machine = describeMachine()
  const window = quick ? shortWindow : usualWindow
  const samples = await runRounds(configurationsOf(chosen), rounds, window)
  const figures = figuresOf(samples, configurations)
  const results = []
  for (const row of chosen) {
    const result = evaluate(row, figures)
    const [peer] = peersOf([row.reference ?? row.ours])
    const isPeersFailure = peer !== undefined && result.verdict === 'failed'
    if (isPeersFailure) skip(skipped, `${peer}: it did not run to its end`, row.name)
    else results.push(result)
  }
  printReport(results, (name) => configurations.get(name)?.unit ?? '')
  printSkipped(skipped)

  const versions = describeVersions(peersOf([...samples.keys()]))
  const left = Object.fromEntries(skipped)
  const record = { machine, versions, rounds, window, rows: results, skipped: left }
  keepResults('results', { ...record, samples: Object.fromEntries(samples) }, options)
  keepCharts(drawLatency(samples), options)
  const bad = options.fail ? ['failed', 'FALLS SHORT'] : ['failed']
  return results.every((result) => !bad.includes(result.verdict))
}

/**
 * The rows that were asked for, without those that cannot be run.
 *
 * @param {string} only
 * @param {ReturnType<typeof findMissing>} missing
 */
function choose(only, missing) {
  const chosen = []
  /** @type {Map<string, string[]>} */
  const skipped = new Map()
  for (const row of rows) {
    if (!row.name.toLowerCase().includes(only.toLowerCase())) continue
    const both = [row.ours, row.reference ?? row.ours].map((name) => configurations.get(name))
    const reason = whyNot(both, missing)
    if (reason === undefined) chosen.push(row)
    else skip(skipped, reason, row.name)
  }
  return { chosen, skipped }
}

/**
 * @param {Map<string, string[]>} skipped
 * @param {string} reason
 * @param {string} name
 */
function skip(skipped, reason, name) {
  skipped.set(reason, [...(skipped.get(reason) ?? []), name])
}

/** @param {readonly import('./rows.js').Row[]} chosen */
function configurationsOf(chosen) {
  const names = new Set(chosen.flatMap((row) => [row.ours, row.reference ?? row.ours]))
  return new Map([...configurations].filter(([name]) => names.has(name)))
}

/** @param {readonly string[]} names of configurations */
function peersOf(names) {
  const needs = new Set(names.flatMap((name) => configurations.get(name)?.needs ?? []))
  return peers.filter((peer) => needs.has(peer))
}
