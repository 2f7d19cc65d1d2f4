// The packages as npm publishes them.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { placeOf, targets } from './cross/targets.js'
import { StepFailed, root } from './steps.js'

/**
 * @typedef {object} Packed
 * @property {string} name
 * @property {string} version
 * @property {string} file the tarball's path
 * @property {number} size of it, in bytes
 * @property {number} unpackedSize in bytes
 * @property {readonly { path: string }[]} files
 */

/**
 * Packs every package, the platforms' first: whoever gets the main one gets what it asks for.
 *
 * @param {string} destination
 * @returns {Packed[]}
 */
export function packAll(destination) {
  const missing = targets.filter((target) => !existsSync(join(root, placeOf(target))))
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(' ')
    throw new StepFailed(`not built yet: npm run build:all -- ${names}`)
  }
  return [...targets.map(({ name }) => `npm/${name}`), '.'].map((folder) =>
    pack(folder, destination),
  )
}

/**
 * @param {string} folder
 * @param {string} destination
 * @returns {Packed}
 */
function pack(folder, destination) {
  const options = [
    '--json',
    '--ignore-scripts',
    '--loglevel=error',
    '--pack-destination',
    destination,
  ]
  const said = execFileSync('npm', ['pack', ...options], {
    cwd: join(root, folder),
    encoding: 'utf8',
  })
  const [packed] = Object.values(JSON.parse(said))
  return { ...packed, file: join(destination, packed.filename) }
}
