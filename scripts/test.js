// npm test: everything that has to hold before a change is merged, from a fresh clone.
// Ends with `ava: N passed, M failed`, which stays readable to a machine, and with how many tests were skipped
// for want of which programs: `, K skipped (needs: fish, zsh)`.

import { alsoSkipped, lineOf, summaryOf } from './ava-summary.js'
import { collectFailures, failIfAny, runChecks } from './checks.js'
import { install } from './install.js'
import { make } from './make.js'
import { isInstalled } from './prerequisites.js'
import { StepFailed, run, runInstalled, script } from './steps.js'

/** How many of the Rust tests are left out where there is no Python: those with `_python` in their names. */
const WITH_PYTHON = 1
const hasPython = isInstalled('python3')

async function runRustTests() {
  const left = hasPython ? [] : ['--', '--skip', '_python']
  if (!isInstalled('cargo', ['nextest', '--version'])) {
    return run('cargo', ['test', '--workspace', '--locked', ...left])
  }
  // A crate without tests yet is no failure; nextest leaves the doc tests to cargo.
  await run('cargo', ['nextest', 'run', '--workspace', '--locked', '--no-tests=pass', ...left])
  await run('cargo', ['test', '--doc', '--workspace', '--exclude=socketpair', '--locked'])
}

/** @type {string | undefined} */
let summary

async function runJavaScriptTests() {
  let report = ''
  const onOutput = (/** @type {string} */ text) => (report += text)
  try {
    await runInstalled('ava', ['--tap'], { onOutput })
  } finally {
    const totals = summaryOf(report)
    if (totals !== undefined) {
      summary = lineOf(hasPython ? totals : alsoSkipped(totals, WITH_PYTHON, 'python3'))
    }
  }
  if (summary === undefined) throw new StepFailed('ava ended without its totals')
}

await script(async () => {
  await install()
  await make({ debug: process.argv.includes('--debug') })
  const failures = await runChecks()
  failures.push(...(await collectFailures([runRustTests, runJavaScriptTests])))
  try {
    failIfAny(failures)
  } finally {
    if (summary !== undefined) process.once('exit', () => console.log(summary))
  }
})
