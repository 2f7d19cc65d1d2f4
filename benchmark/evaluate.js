// From the figures of the rounds to one line of the table.

/** @typedef {'ok' | 'FALLS SHORT' | 'failed' | 'no goal'} Verdict */

/**
 * @param {import('./rows.js').Row} row
 * @param {ReadonlyMap<string, readonly number[]>} measured
 */
export function evaluate(row, measured) {
  const ours = measured.get(row.ours) ?? []
  const reference = row.reference === undefined ? undefined : (measured.get(row.reference) ?? [])
  // Round by round: what disturbed the machine then disturbed both sides.
  const values = reference
    ? ours.map((figure, round) => figure / (reference[round] ?? Number.NaN))
    : ours
  const value = quantile(values, 0.5)
  return {
    ...row,
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
function judge({ sense, goal }, value) {
  if (Number.isNaN(value)) return 'failed'
  if (goal === undefined) return 'no goal'
  return (sense === '≥' ? value >= goal : value <= goal) ? 'ok' : 'FALLS SHORT'
}

/**
 * Between two of the values where the share falls between them.
 *
 * @param {readonly number[]} values
 * @param {number} share
 */
export function quantile(values, share) {
  // A failed run is NaN and makes the row fail: half a comparison is none.
  if (values.length === 0 || values.some((value) => Number.isNaN(value))) return Number.NaN
  const sorted = values.toSorted((a, b) => a - b)
  const position = share * (sorted.length - 1)
  const below = sorted[Math.floor(position)] ?? Number.NaN
  const above = sorted[Math.ceil(position)] ?? Number.NaN
  return below + (above - below) * (position - Math.floor(position))
}
