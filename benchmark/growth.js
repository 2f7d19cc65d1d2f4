// npm run bench -- --growth: how cost grows with the size of a message, the number of pairs, of workers.

import { findMissing, whyNot } from './availability.js'
import { drawGrowth } from './charts/growth.js'
import { bytesLabel } from './charts/scales.js'
import { growth } from './configurations/growth.js'
import { quantile } from './evaluate.js'
import { describeMachine, describeVersions } from './machine.js'
import { absolute, printSkipped, printTable } from './report.js'
import { keepCharts, keepResults } from './results.js'
import { figuresOf, runRounds } from './rounds.js'
import { shortWindow, usualWindow } from './run.js'

/**
 * @typedef {object} Point
 * @property {number} at a size in bytes, a number of pairs or of workers
 * @property {number} value median of the rounds
 * @property {readonly number[]} quartiles
 *
 * @typedef {object} Curve
 * @property {import('./configurations/growth.js').Family} family
 * @property {string} name
 * @property {Point[]} points
 */

/** @param {import('./options.js').Options} options */
export async function benchmarkGrowth(options) {
  const missing = findMissing({ peers: false })
  const asked = growth.filter(({ family, name }) =>
    `${family}: ${name}`.toLowerCase().includes(options.only.toLowerCase()),
  )
  const chosen = asked.filter(({ configuration }) => whyNot([configuration], missing) === undefined)
  if (chosen.length === 0) throw new RangeError(`no growth is called "${options.only}"`)

  const machine = describeMachine()
  const window = options.quick ? shortWindow : usualWindow
  const configurations = new Map(chosen.map((each) => [each.key, each.configuration]))
  const samples = await runRounds(configurations, options.rounds, window)
  const curves = curvesOf(chosen, figuresOf(samples, configurations))
  printCurves(curves)
  printSkipped(leftOut(asked, missing))

  const record = { machine, versions: describeVersions([]), rounds: options.rounds, window, curves }
  keepResults('growth', { ...record, samples: Object.fromEntries(samples) }, options)
  keepCharts(drawGrowth(curves), options)
  return curves.every(({ points }) => points.every(({ value }) => !Number.isNaN(value)))
}

/**
 * The curves that cannot be measured here, by the reason.
 *
 * @param {typeof growth} asked
 * @param {ReturnType<typeof findMissing>} missing
 */
function leftOut(asked, missing) {
  /** @type {Map<string, string[]>} */
  const names = new Map()
  for (const { family, name, configuration } of asked) {
    const reason = whyNot([configuration], missing)
    if (reason === undefined) continue
    const known = names.get(reason) ?? []
    names.set(reason, [...new Set([...known, `${family}: ${name}`])])
  }
  return names
}

/**
 * @param {typeof growth} chosen
 * @param {ReadonlyMap<string, readonly number[]>} figures
 */
function curvesOf(chosen, figures) {
  /** @type {Map<string, Curve>} */
  const curves = new Map()
  for (const { family, name, at, key } of chosen) {
    const curve = curves.get(`${family} ${name}`) ?? { family, name, points: [] }
    const values = figures.get(key) ?? []
    const quartiles = [quantile(values, 0.25), quantile(values, 0.75)]
    curve.points.push({ at, value: quantile(values, 0.5), quartiles })
    curves.set(`${family} ${name}`, curve)
  }
  return [...curves.values()]
}

const heads = {
  'bytes by size': { unit: 'MB/s', label: bytesLabel },
  'messages by size': { unit: '/s', label: bytesLabel },
  'cost by pairs': { unit: 'µs', label: (/** @type {number} */ pairs) => `${pairs} pairs` },
  'messages by workers': { unit: '/s', label: (/** @type {number} */ count) => `${count} workers` },
}

/** @param {readonly Curve[]} curves */
function printCurves(curves) {
  for (const [family, { unit, label }] of Object.entries(heads)) {
    const ofFamily = curves.filter((curve) => curve.family === family)
    if (ofFamily.length === 0) continue
    const places = [...new Set(ofFamily.flatMap(({ points }) => points.map(({ at }) => at)))]
    const lines = places.map((place) => {
      const cells = ofFamily.map(({ points }) => {
        const point = points.find(({ at }) => at === place)
        return point === undefined ? '' : absolute(point.value, unit)
      })
      return [label(place)].concat(cells)
    })
    console.log()
    printTable([[family, ...ofFamily.map(({ name }) => name)], ...lines])
  }
}
