// From the figures of the rounds to one line of the table.

import { configurations } from './configurations.js'

/** @typedef {'ok' | 'ok for the milestone' | 'FALLS SHORT' | 'failed'} Verdict */

/**
 * @param {import('./rows.js').Row} row
 * @param {ReadonlyMap<string, readonly number[]>} measured
 */
export function evaluate(row, measured) {
  const ours = measured.get(row.ours) ?? []
  const reference = row.reference === undefined ? undefined : measured.get(row.reference)
  // Round by round: what disturbed the machine then disturbed both sides.
  const values = reference
    ? ours.map((figure, round) => figure / (reference[round] ?? Number.NaN))
    : ours
  const value = quantile(values, 0.5)
  return {
    ...row,
    unit: configurations.get(row.ours)?.unit ?? '',
    value,
    quartiles: [quantile(values, 0.25), quantile(values, 0.75)],
    verdict: judge(row, value),
    figures: { ours: quantile(ours, 0.5), reference: reference && quantile(reference, 0.5) },
    rounds: { ours, reference },
  }
}

/** @typedef {ReturnType<typeof evaluate>} Result */

/**
 * @param {import('./rows.js').Row} row
 * @param {number} value
 * @returns {Verdict}
 */
function judge({ sense, goal, milestone }, value) {
  if (Number.isNaN(value)) return 'failed'
  const reaches = (/** @type {number} */ mark) => (sense === '≥' ? value >= mark : value <= mark)
  if (reaches(goal)) return 'ok'
  return milestone !== undefined && reaches(milestone) ? 'ok for the milestone' : 'FALLS SHORT'
}

/**
 * @param {readonly number[]} values
 * @param {number} share
 */
function quantile(values, share) {
  // A failed run is NaN and makes the row fail: half a comparison is none.
  if (values.length === 0 || values.some((value) => Number.isNaN(value))) return Number.NaN
  const sorted = values.toSorted((a, b) => a - b)
  const position = share * (sorted.length - 1)
  const below = sorted[Math.floor(position)] ?? Number.NaN
  const above = sorted[Math.ceil(position)] ?? Number.NaN
  return below + (above - below) * (position - Math.floor(position))
}
