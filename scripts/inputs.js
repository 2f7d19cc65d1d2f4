// Whether something has to be made again: a record of what it was made from and what came out.

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './steps.js'

/**
 * A digest over the contents of files; folders are taken with all that is in them. Contents and not
 * times, because switching branches touches files that did not change.
 *
 * @param {readonly string[]} paths relative to the project; one that is not there counts as such
 * @param {string} [variant] whatever else the outcome depends on
 */
export function digestInputs(paths, variant = '') {
  const hash = createHash('sha256').update(variant)
  for (const path of paths.flatMap(filesUnder)) {
    hash.update(`\0${path}\0`).update(readFileSync(join(root, path)))
  }
  return hash.digest('hex')
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesUnder(path) {
  const found = statSync(join(root, path), { throwIfNoEntry: false })
  if (!found) return []
  if (found.isFile()) return [path]
  return readdirSync(join(root, path))
    .toSorted()
    .flatMap((name) => filesUnder(join(path, name)))
}

/**
 * Size and time of each output: a file that something else has replaced since is not ours any more.
 *
 * @param {readonly string[]} outputs
 */
function stateOf(outputs) {
  return outputs.map((path) => {
    const found = statSync(join(root, path), { throwIfNoEntry: false })
    return found ? `${path} ${found.size} ${found.mtimeMs}` : `${path} missing`
  })
}

/** @param {string} name */
const recordOf = (name) => join(root, 'target', 'made', `${name}.json`)

/**
 * @param {string} name what is made, "addon"
 * @param {string} inputs its digest now
 */
export function isUpToDate(name, inputs) {
  try {
    const record = JSON.parse(readFileSync(recordOf(name), 'utf8'))
    const outputs = record.outputs.map((/** @type {string} */ line) => line.split(' ')[0])
    return record.inputs === inputs && stateOf(outputs).join('\n') === record.outputs.join('\n')
  } catch {
    return false // no record yet, or one that an older version of this file wrote
  }
}

/**
 * @param {string} name
 * @param {string} inputs
 * @param {readonly string[]} outputs
 */
export function recordMade(name, inputs, outputs) {
  mkdirSync(dirname(recordOf(name)), { recursive: true })
  writeFileSync(recordOf(name), JSON.stringify({ inputs, outputs: stateOf(outputs) }))
}
