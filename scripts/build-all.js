// npm run build:all [-- TARGET...]: the binary of every platform into its package in npm/, checked, and a table of
// them. Needs Debian on x64; everything else is fetched to .cross/.

import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { failIfAny } from './checks.js'
import { checkBinary } from './cross/check-binary.js'
import { howOf } from './cross/evidence.js'
import { buildFor } from './cross/linker.js'
import { chosenTargets, placeOf } from './cross/targets.js'
import { StepFailed, root, script } from './steps.js'
/** @import { Verdict } from './cross/check-binary.js' */
/** @import { Target } from './cross/targets.js' */

/**
 * @param {Target} target
 * @param {Verdict} verdict
 */
function rowOf(target, { size, floor, libraries, problems }) {
  const state = problems.length === 0 ? 'clean' : 'NOT CLEAN'
  const needs = libraries.map((library) => library.replace(/.*\//, '')).join(' ')
  const columns = [
    target.title,
    `\`${target.triple}\``,
    size.toLocaleString('en'),
    floor,
    needs,
    state,
  ]
  return `| ${columns.join(' | ')} | ${howOf(target)} |`
}

await script(async () => {
  const names = process.argv.slice(2).filter((argument) => argument !== '--no-build')
  const failures = []
  const rows = []
  for (const target of chosenTargets(names)) {
    try {
      const place = join(root, placeOf(target))
      if (!process.argv.includes('--no-build')) copyFileSync(await buildFor(target), place)
      copyFileSync(join(root, 'LICENSE'), join(place, '../LICENSE'))
      const verdict = await checkBinary(target, place)
      rows.push(rowOf(target, verdict))
      failures.push(...verdict.problems.map((problem) => `${target.name}: ${problem}`))
    } catch (error) {
      // The others are worth having.
      failures.push(`${target.name}: ${error instanceof Error ? error.message : error}`)
    }
  }
  console.log('\n| platform | target | bytes | from | needs | checks | tested here |')
  console.log('|---|---|---|---|---|---|---|')
  for (const row of rows) console.log(row)
  if (rows.length === 0) throw new StepFailed(failures.join('\n'))
  failIfAny(failures)
})
