// npm run bench: every row of the table, and which fall short.

import { findMissing, whyNot } from './availability.js'
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
  if (chosen.length === 0) printSkipped(skipped)
  if (chosen.length === 0)
    throw new RangeError(`no row can be run whose name holds "${options.only}"`)

  const machine = describeMachine()
  const window = quick ? shortWindow : usualWindow
  const samples = await runRounds(configurationsOf(chosen), rounds, window)
  const figures = figuresOf(samples, configurations)
  const results = chosen.map((row) => evaluate(row, figures))
  printReport(results, (name) => configurations.get(name)?.unit ?? '')
  printSkipped(skipped)

  const versions = describeVersions(takingPart(samples))
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
    else skipped.set(reason, [...(skipped.get(reason) ?? []), row.name])
  }
  return { chosen, skipped }
}

/** @param {readonly import('./rows.js').Row[]} chosen */
function configurationsOf(chosen) {
  const names = new Set(chosen.flatMap((row) => [row.ours, row.reference ?? row.ours]))
  return new Map([...configurations].filter(([name]) => names.has(name)))
}

/** @param {import('./rounds.js').Samples} samples */
function takingPart(samples) {
  const peers = ['zeromq', 'node-unix-socket', 'unix-dgram', 'usocket', 'bun', 'deno']
  const needs = [...samples.keys()].flatMap((name) => configurations.get(name)?.needs ?? [])
  return /** @type {import('./configurations/common.js').Peer[]} */ (
    peers.filter((peer) => needs.some((need) => need === peer))
  )
}
