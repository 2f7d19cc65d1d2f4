// The table on standard output.

/**
 * @param {readonly import('./evaluate.js').Result[]} results
 * @param {(configuration: string) => string} unitOf
 */
export function printReport(results, unitOf) {
  const lines = results.map((result) => [
    result.name,
    result.goal === undefined ? '' : `${result.sense} ${result.goal}`,
    number(result.value),
    result.quartiles.map(number).join('–'),
    result.verdict,
    absolute(result.figures.ours, unitOf(result.ours)),
    absolute(result.figures.reference, unitOf(result.ours)),
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

/**
 * Rows that were left out, by the reason.
 *
 * @param {ReadonlyMap<string, readonly string[]>} skipped
 */
export function printSkipped(skipped) {
  for (const [reason, names] of skipped) {
    console.log(`\nLeft out (${reason}):\n${names.map((name) => `  ${name}`).join('\n')}`)
  }
}

/** @param {number} value */
export function number(value) {
  return Number.isNaN(value) ? '-' : value.toFixed(value < 0.1 ? 3 : 2)
}

/**
 * @param {number | undefined} value
 * @param {string} unit
 */
export function absolute(value, unit) {
  if (value === undefined || Number.isNaN(value)) return '-'
  const rounded = value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en')
  return `${rounded} ${unit}`.trimEnd()
}

/** @param {readonly (readonly string[])[]} lines the head first */
export function printTable(lines) {
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
