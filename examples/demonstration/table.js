// The table at the end.

/**
 * @typedef {object} Result
 * @property {import('./routes.js').Route} route
 * @property {readonly { bytes: number, seconds: number }[]} transfers
 * @property {number} messages
 * @property {{ p50: number, p99: number }} roundTrips
 */

const columns = ['over', 'child', 'MB/s', '64 B messages/s', 'round trip p50', 'p99']

/** @param {readonly Result[]} results */
export function printTable(results) {
  const lines = results.map(({ route, transfers, messages, roundTrips }) => [
    route.over,
    route.child,
    whole(middle(transfers.map(({ bytes, seconds }) => bytes / seconds / 1e6))),
    whole(messages),
    `${roundTrips.p50.toFixed(1)} µs`,
    `${roundTrips.p99.toFixed(1)} µs`,
  ])
  const widths = columns.map((title, i) =>
    Math.max(title.length, ...lines.map((line) => line[i]?.length ?? 0)),
  )
  console.log()
  for (const line of [columns, ...lines]) {
    const cells = line.map((cell, i) => {
      const width = widths[i] ?? 0
      return i < 2 ? cell.padEnd(width) : cell.padStart(width)
    })
    console.log(cells.join('   '))
  }
}

/** @param {number} value */
const whole = (value) => Math.round(value).toLocaleString('en')

/** @param {readonly number[]} values */
const middle = (values) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
