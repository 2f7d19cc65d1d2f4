// The packages of package-lock.json, installed when they are missing or older than it.

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './steps.js'

/** @param {string} path */
const changedAt = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0

/** @param {string} [folder] of the package.json, relative to the project */
export async function install(folder = '.') {
  // npm writes its hidden lock file last, so it also tells an installation that was interrupted.
  const installed = changedAt(`${folder}/node_modules/.package-lock.json`)
  if (installed >= changedAt(`${folder}/package-lock.json`)) return
  const options = ['--no-audit', '--no-fund', '--loglevel=error']
  await run('npm', ['ci', '--prefix', folder, ...options])
}
