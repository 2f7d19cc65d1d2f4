// From figures to places on a chart, and the figures that are written beside its axes.

/**
 * @typedef {object} Scale
 * @property {(value: number) => number} at between 0 and 1
 * @property {readonly { value: number, label: string }[]} ticks
 */

/**
 * Powers, from the one below the least figure to the one above the greatest.
 *
 * @param {readonly number[]} values above zero
 * @param {(value: number) => string} label
 * @param {number} [base]
 * @returns {Scale}
 */
export function logarithmic(values, label, base = 10) {
  const log = (/** @type {number} */ value) => Math.log(value) / Math.log(base)
  // Rounding must not add a decade to a figure that is a power itself.
  const low = Math.floor(log(Math.min(...values)) + 1e-9)
  const high = Math.max(low + 1, Math.ceil(log(Math.max(...values)) - 1e-9))
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => base ** (low + i))
  return {
    at: (value) => (log(value) - low) / (high - low),
    ticks: ticks.map((value) => ({ value, label: label(value) })),
  }
}

/**
 * Shares of all, with as much room for the last thousandth as for the first nine tenths.
 *
 * @returns {Scale}
 */
export function shares() {
  const ticks = [0, 0.5, 0.9, 0.99, 0.999]
  return {
    at: placeOfShare,
    ticks: ticks.map((value) => ({ value, label: `${value * 100} %` })),
  }
}

/** @param {number} share */
const placeOfShare = (share) => -Math.log10(1 - share) / 3

/** @param {number} bytes */
export function bytesLabel(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${bytes / 1024 ** power} ${units[power]}`
}

/** @param {number} value */
export function countLabel(value) {
  if (value >= 1e6) return `${value / 1e6} M`
  if (value >= 1e3) return `${value / 1e3} k`
  return String(Number(value.toPrecision(2)))
}
