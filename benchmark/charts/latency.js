// How the times of round trips are distributed.

import { quantile } from '../evaluate.js'
import { drawBoth } from './chart.js'
import { countLabel, logarithmic, shares } from './scales.js'

/** As programs/latency.js tells them; the slowest of all is chance and is not drawn. */
const measuredShares = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999]

/** What is drawn, under which name. */
const drawn = /** @type {const} */ ([
  ['package, round trip, busy, free', 'socketpair'],
  ['C, round trip, busy, free', 'C, blocking'],
  ['net.Socket, round trip, busy, free', 'net.Socket'],
  ['MessagePort, round trip, busy', 'MessagePort'],
  ["child_process 'json', round trip", "child_process 'json'"],
  ["child_process 'advanced', round trip", "child_process 'advanced'"],
  ['zeromq, round trip, busy', 'zeromq'],
])

/**
 * @param {import('../rounds.js').Samples} samples
 * @returns {Map<string, string>} nothing when no round trip of the package was measured
 */
export function drawLatency(samples) {
  const lines = drawn.flatMap(([configuration, name], i) => {
    const reports = samples.get(configuration) ?? []
    const distributions = reports.flatMap((report) => (report ? [report.distribution ?? []] : []))
    if (distributions.length === 0) return []
    const points = measuredShares.map((share, at) => {
      const times = distributions.map((distribution) => distribution[at] ?? Number.NaN)
      return /** @type {const} */ ([share, quantile(times, 0.5)])
    })
    return [{ name, points, isOurs: i === 0 }]
  })
  if (lines[0]?.isOurs !== true) return new Map()
  return drawBoth('latency', {
    title: 'Round trip of 64 bytes, back to back',
    xTitle: 'share of the round trips that took no longer',
    yTitle: 'µs',
    x: shares(),
    y: logarithmic(
      lines.flatMap(({ points }) => points.map(([, time]) => time)),
      countLabel,
    ),
    lines,
  })
}
