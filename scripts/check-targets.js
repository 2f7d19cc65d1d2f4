// scripts/check-targets [TARGET...]: do the addon and the core compile, without a warning, for every
// platform of the package? Tests and examples too; nothing is linked, so none of it is run.

import { StepFailed, run, script } from './steps.js'
import { collectFailures, failIfAny } from './checks.js'
import { crossCargo } from './cross/compiler.js'

const targets = [
  'aarch64-unknown-linux-gnu',
  'x86_64-unknown-linux-musl',
  'x86_64-apple-darwin',
  'aarch64-apple-darwin',
  'x86_64-unknown-freebsd',
  'x86_64-unknown-netbsd',
  'x86_64-unknown-openbsd',
  'x86_64-unknown-illumos',
]

const check = ['check', '--workspace', '--all-targets', '--locked', '--keep-going', '--quiet']
const unstable = ['-Zbuild-std', '-Zwarnings']

/** @param {string} target */
function settings(target) {
  // The standard library is compiled to be looked at only, which spares half of the time.
  const flags = ['-Zno-codegen']
  // A static libc can't load an addon: cargo would leave that out, with a warning and status 0.
  if (target.endsWith('-musl')) flags.push('-Ctarget-feature=-crt-static')
  const variable = `CARGO_TARGET_${target.toUpperCase().replaceAll('-', '_')}_RUSTFLAGS`
  return {
    [variable]: flags.join(' '),
    CARGO_BUILD_WARNINGS: 'deny',
    CARGO_PROFILE_DEV_DEBUG: 'false',
  }
}

await script(async () => {
  const asked = process.argv.slice(2)
  const unknown = asked.find((target) => !targets.includes(target))
  if (unknown !== undefined) {
    throw new StepFailed(`there is no target ${unknown}; there are:\n  ${targets.join('\n  ')}`)
  }
  const { cargo, env } = await crossCargo()
  const chosen = asked.length > 0 ? asked : targets
  const checkOne = (/** @type {string} */ target) =>
    run(cargo, [...check, ...unstable, `--target=${target}`], {
      env: { ...env, ...settings(target) },
    })
  const failures = await collectFailures(chosen.map((target) => () => checkOne(target)))
  failIfAny(failures)
  console.log(`\nClean: ${chosen.join(' ')}`)
})
