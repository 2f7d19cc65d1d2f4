// The totals of a run of ava, from what its reporter of TAP printed.

/**
 * @typedef {object} Summary
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped for want of a program; a test that says so itself is not among the passed
 * @property {string[]} needs the programs that were missing
 */

/**
 * @param {string} report
 * @returns {Summary | undefined} undefined where the run has not come to its end
 */
export function summaryOf(report) {
  // The last of each: a test may print such a line too, ava's own comes at the end.
  const total = (/** @type {string} */ name) =>
    [...report.matchAll(new RegExp(`^# ${name} (\\d+)$`, 'gm'))].at(-1)?.[1]
  const [passed, failed] = [total('pass'), total('fail')]
  if (passed === undefined || failed === undefined) return
  // Its report counts a test that is yet to be written among the failed.
  const todo = report.match(/^not ok \d+ - .* # TODO$/gm)?.length ?? 0
  // Both forms are those of __test__/helpers/needs.ts.
  const declared = [...report.matchAll(/^ok \d+ - .*\(needs: ([^)]+)\) # SKIP$/gm)]
  const logged = [...report.matchAll(/^# +skipped \(needs: ([^)]+)\)$/gm)]
  const needs = [...declared, ...logged].flatMap(([, names = '']) => names.split(', '))
  return {
    passed: Number(passed) - logged.length,
    failed: Number(failed) - todo,
    skipped: declared.length + logged.length,
    needs: [...new Set(needs)].toSorted(),
  }
}

/**
 * The line that stays readable to a machine: .ci/run reads it.
 *
 * @param {Summary} summary
 */
export function lineOf({ passed, failed, skipped, needs }) {
  const rest = skipped > 0 ? `, ${skipped} skipped (needs: ${needs.join(', ')})` : ''
  return `ava: ${passed} passed, ${failed} failed${rest}`
}

/**
 * With tests of another runner that were left out for want of a program.
 *
 * @param {Summary} summary
 * @param {number} count
 * @param {string} program
 * @returns {Summary}
 */
export function alsoSkipped(summary, count, program) {
  const needs = [...new Set([...summary.needs, program])].toSorted()
  return { ...summary, skipped: summary.skipped + count, needs }
}
