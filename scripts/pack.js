// The packages as npm publishes them.

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
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
  const platforms = targets.map(({ name }) => pack(join(root, 'npm', name), destination))
  return [...platforms, packMain(destination)]
}

/**
 * What the main package consists of in a clone, but for a binary that was built there: `npm pack` takes that along,
 * so that what it makes works on this machine by itself, and the registry's package must be without.
 *
 * @returns {string[]}
 */
export function mainFiles() {
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return ['package.json', ...files.filter((/** @type {string} */ name) => !name.includes('*'))]
}

/**
 * Packs the main package as it is published.
 *
 * @param {string} destination
 * @returns {Packed}
 */
export function packMain(destination) {
  const folder = mkdtempSync(join(tmpdir(), 'socketpair-pack-'))
  try {
    for (const name of [...mainFiles(), 'README.md', 'LICENSE']) {
      cpSync(join(root, name), join(folder, name), { recursive: true })
    }
    return pack(folder, destination)
  } finally {
    rmSync(folder, { recursive: true })
  }
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
    cwd: folder,
    encoding: 'utf8',
  })
  const [packed] = Object.values(JSON.parse(said))
  return { ...packed, file: join(destination, packed.filename) }
}
