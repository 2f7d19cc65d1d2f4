// Programs that PyPI carries compiled, in an environment of their own under .cross/.

import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../steps.js'
import { crossFolder } from './debian.js'
import { python } from './versions.js'

/**
 * The programs of these packages, fetched if need be.
 *
 * @param {string} [name] of the environment
 * @param {readonly string[]} [packages] with their versions; by default what builds for other platforms
 * @returns {Promise<string>} the folder they are in
 */
export async function pythonPrograms(name = 'python', packages = python) {
  const folder = join(crossFolder, name)
  const record = join(folder, `${packages.join(',')}.installed`)
  if (!existsSync(record)) {
    rmSync(folder, { recursive: true, force: true })
    await run('python3', ['-m', 'venv', folder])
    await run(join(folder, 'bin/pip'), ['install', '--quiet', ...packages])
    writeFileSync(record, '')
  }
  return join(folder, 'bin')
}
