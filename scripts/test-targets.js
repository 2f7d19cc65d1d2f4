// npm run test:targets [-- TARGET...]: the binaries that this kind of machine can run, each in its package beside the
// main one as npm would install them, under a Node of its platform. After npm run build:all; needs Debian on x64.

import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeRunner, runnerFor } from './cross/runners.js'
import { chosenTargets, placeOf } from './cross/targets.js'
import { install } from './install.js'
import { make } from './make.js'
import { mainFiles } from './pack.js'
import { runPrograms } from './runtime-programs.js'
import { StepFailed, root, script } from './steps.js'
/** @import { Target } from './cross/targets.js' */

/**
 * @param {string} folder
 * @param {Target} target
 * @returns {string} where the programs are
 */
function layOut(folder, target) {
  const main = join(folder, 'node_modules/socketpair')
  // The programs go into the package, which is theirs to import by its name there.
  for (const name of [...mainFiles(), '__test__/programs']) {
    cpSync(join(root, name), join(main, name), { recursive: true })
  }
  const platform = join(folder, 'node_modules', `socketpair-${target.name}`)
  cpSync(join(root, 'npm', target.name), platform, { recursive: true })
  return join(main, '__test__/programs')
}

await script(async () => {
  await install()
  await make()
  let failures = 0
  for (const target of chosenTargets(process.argv.slice(2)).filter(({ runs }) => runs)) {
    if (!existsSync(join(root, placeOf(target)))) {
      throw new StepFailed(
        `${placeOf(target)} is not built yet: npm run build:all -- ${target.name}`,
      )
    }
    const command = await runnerFor(target)
    console.log(`\n${target.title}: Node ${describeRunner(command)}`)
    const folder = mkdtempSync(join(tmpdir(), 'socketpair-target-'))
    try {
      failures += await runPrograms({
        name: target.name,
        command,
        readiness: 'loop',
        folder: layOut(folder, target),
        slowness: target.runs === 'emulated' ? 10 : 1,
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  if (failures > 0) throw new StepFailed(`${failures} programs did not end as they should`)
})
