// The packages of package-lock.json, installed when they are missing or older than it.

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './steps.js'

/** @param {string} path */
const changedAt = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0

export async function install() {
  // npm writes its hidden lock file last, so it also tells an installation that was interrupted.
  if (changedAt('node_modules/.package-lock.json') >= changedAt('package-lock.json')) return
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}
