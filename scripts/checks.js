// Everything that is checked without running the code.

import { isInstalled } from './prerequisites.js'
import { StepFailed, run, runInstalled } from './steps.js'

/** @type {ReadonlyArray<() => Promise<void>>} */
const checks = [
  () => runInstalled('oxfmt', ['--check']),
  () => run('cargo', ['fmt', '--all', '--check']),
  () => runInstalled('oxlint', ['--deny-warnings', '--report-unused-disable-directives']),
  // The library's own types are checked where it is built.
  () => runInstalled('tsc', ['--project', 'tsconfig.check.json']),
  () =>
    run('cargo', ['clippy', '--workspace', '--all-targets', '--locked', '--', '-D', 'warnings']),
  () => run('cargo', ['fmt', ...fuzzTargets, '--check']),
]

// A workspace of its own. To be compiled at all it needs a C++ compiler, which builds libFuzzer.
const fuzzTargets = ['--manifest-path', 'campaigns/fuzz/control/Cargo.toml']
const clippyOfFuzzTargets = () =>
  run('cargo', [
    'clippy',
    ...fuzzTargets,
    '--target-dir',
    'target/fuzz-checks',
    '--all-targets',
    '--locked',
    '--',
    '-D',
    'warnings',
  ])

/** Runs them all, so that one look shows all there is to fix. Gives what failed. */
export async function runChecks() {
  const hasDeny = isInstalled('cargo', ['deny', '--version'])
  return collectFailures([
    ...checks,
    ...(isInstalled('c++') ? [clippyOfFuzzTargets] : []),
    ...(hasDeny ? [denied] : []),
  ])
}

/** What the crates depend on. Known vulnerabilities are in a database that needs the network each time. */
export const denied = async () => {
  const checked = ['check', 'licenses', 'bans', 'sources']
  await run('cargo', ['deny', '--locked', ...checked])
  await run('cargo', ['deny', ...fuzzTargets, '--locked', ...checked])
}

/** @param {ReadonlyArray<() => Promise<void>>} steps */
export async function collectFailures(steps) {
  const failures = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error
      failures.push(error.message)
    }
  }
  return failures
}

/** @param {readonly string[]} failures */
export function failIfAny(failures) {
  if (failures.length > 0) throw new StepFailed(failures.join('\n        '))
}
