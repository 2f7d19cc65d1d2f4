// Where results and charts are put: what a run found, or, asked to keep it, what the documentation shows.

import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const latest = fileURLToPath(new URL('results/', import.meta.url))
const kept = fileURLToPath(new URL('results/kept/', import.meta.url))
const shown = fileURLToPath(new URL('../docs/charts/', import.meta.url))

/**
 * @param {string} name
 * @param {object} record
 * @param {import('./options.js').Options} options
 */
export function keepResults(name, record, options) {
  const folder = options.keep ? kept : latest
  const text = `${JSON.stringify(record, roundedNumber, 1)}\n`
  mkdirSync(folder, { recursive: true })
  for (const path of [`${folder}${name}.json`, ...(options.json ? [options.json] : [])]) {
    writeFileSync(path, text)
    console.log(`\nWritten: ${path}`)
  }
}

/**
 * @param {ReadonlyMap<string, string>} charts by the name of the file
 * @param {import('./options.js').Options} options
 */
export function keepCharts(charts, options) {
  const folder = options.keep ? shown : `${latest}charts/`
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of charts) writeFileSync(`${folder}${name}`, text)
  if (charts.size > 0) console.log(`Charts: ${folder}`)
}

/**
 * Six digits are more than any measurement here has; NaN has no JSON.
 *
 * @param {string} _
 * @param {unknown} value
 */
function roundedNumber(_, value) {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value
}
