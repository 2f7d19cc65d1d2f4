// npm test: everything that has to hold before a change is merged, from a fresh clone.
// Ends with `ava: N passed, M failed`, which stays readable to a machine.

import { collectFailures, failIfAny, runChecks } from './checks.js'
import { install } from './install.js'
import { make } from './make.js'
import { isInstalled } from './prerequisites.js'
import { StepFailed, run, runInstalled, script } from './steps.js'

async function runRustTests() {
  if (!isInstalled('cargo', ['nextest', '--version'])) {
    return run('cargo', ['test', '--workspace', '--locked'])
  }
  // A crate without tests yet is no failure; nextest leaves the doc tests to cargo.
  await run('cargo', ['nextest', 'run', '--workspace', '--locked', '--no-tests=pass'])
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
    // The last of each: a test may print such a line too, ava's own comes at the end.
    const total = (/** @type {string} */ name) =>
      [...report.matchAll(new RegExp(`^# ${name} (\\d+)$`, 'gm'))].at(-1)?.[1]
    const [passed, failed] = [total('pass'), total('fail')]
    if (passed !== undefined && failed !== undefined) {
      // Its report counts a test that is yet to be written among the failed.
      const todo = report.match(/^not ok \d+ - .* # TODO$/gm)?.length ?? 0
      summary = `ava: ${passed} passed, ${Number(failed) - todo} failed`
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
