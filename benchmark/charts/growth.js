// How cost grows.

import { drawBoth } from './chart.js'
import { bytesLabel, countLabel, logarithmic } from './scales.js'

const charts = /** @type {const} */ ([
  {
    file: 'bytes-by-size',
    family: 'bytes by size',
    title: 'Throughput of a stream, by the size of a write',
    xTitle: 'size of a write',
    yTitle: 'MB/s',
    isSize: true,
    ours: ['socketpair', 'socketpair, Channel'],
  },
  {
    file: 'messages-by-size',
    family: 'messages by size',
    title: 'Messages a second, by their size',
    xTitle: 'size of a message',
    yTitle: 'messages/s',
    isSize: true,
    ours: ['Channel', 'seqpacket, batches', 'seqpacket, one by one'],
  },
  {
    file: 'cost-by-pairs',
    family: 'cost by pairs',
    title: 'Cost of a round trip of 64 bytes, by the number of active pairs',
    xTitle: 'pairs between two processes',
    yTitle: 'µs',
    isSize: false,
    ours: ['at once', 'in turn'],
  },
])

/**
 * @param {readonly import('../growth.js').Curve[]} curves
 * @returns {Map<string, string>} what there are figures for
 */
export function drawGrowth(curves) {
  /** @type {Map<string, string>} */
  const drawn = new Map()
  for (const { file, family, title, xTitle, yTitle, isSize, ours } of charts) {
    const lines = curves
      .filter((curve) => curve.family === family)
      .map(({ name, points }) => ({
        name,
        points: points
          .filter(({ value }) => value > 0)
          .map(({ at, value }) => /** @type {const} */ ([at, value])),
        isOurs: ours.some((own) => own === name),
      }))
      .filter(({ points }) => points.length > 0)
    if (lines.length === 0) continue
    const all = lines.flatMap(({ points }) => points)
    const places = all.map(([at]) => at)
    const x = isSize ? logarithmic(places, bytesLabel, 4) : logarithmic(places, countLabel)
    const values = all.map(([, value]) => value)
    const y = logarithmic(values, countLabel)
    const both = drawBoth(file, { title, xTitle, yTitle, x, y, lines })
    for (const [name, content] of both) drawn.set(name, content)
  }
  return drawn
}
