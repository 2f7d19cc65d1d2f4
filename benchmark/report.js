// The table on standard output.

/** @param {readonly import('./evaluate.js').Result[]} results */
export function printReport(results) {
  const lines = results.map((result) => [
    result.name,
    goalOf(result),
    number(result.value),
    result.quartiles.map(number).join('–'),
    result.verdict,
    absolute(result.figures.ours, result.unit),
    absolute(result.figures.reference, result.unit),
  ])
  const head = ['row', 'goal', 'measured', 'quartiles', 'verdict', 'package', 'reference']
  printTable([head, ...lines])
  const named = (/** @type {string} */ verdict) =>
    results.flatMap((result) => (result.verdict === verdict ? [`  ${result.name}`] : []))
  const [short, failed] = [named('FALLS SHORT'), named('failed')]
  if (short.length > 0) console.log(`\nFalls short:\n${short.join('\n')}`)
  if (failed.length > 0) console.log(`\nFailed to run:\n${failed.join('\n')}`)
  if (short.length + failed.length === 0) console.log('\nNo row falls short.')
}

/** @param {import('./evaluate.js').Result} result */
function goalOf({ sense, goal, milestone }) {
  return milestone === undefined
    ? `${sense} ${goal}`
    : `${sense} ${milestone} (milestone; then ${goal})`
}

/** @param {number} value */
function number(value) {
  return Number.isNaN(value) ? '-' : value.toFixed(2)
}

/**
 * @param {number | undefined} value
 * @param {string} unit
 */
function absolute(value, unit) {
  if (value === undefined || Number.isNaN(value)) return '-'
  const rounded = value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en')
  return `${rounded} ${unit}`
}

/** @param {readonly (readonly string[])[]} lines the head first */
function printTable(lines) {
  const widths = (lines[0] ?? []).map((_, i) =>
    Math.max(...lines.map((line) => line[i]?.length ?? 0)),
  )
  for (const line of lines) {
    console.log(
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  }
}
