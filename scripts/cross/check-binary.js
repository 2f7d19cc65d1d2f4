// Whether a binary is what its package says, as far as that shows without running it.

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { crossFolder } from './debian.js'
import { readElf } from './elf.js'
import { zigCaches } from './linker.js'
import { pythonPrograms } from './python.js'
import { readMachO } from './mach-o.js'
import { binaryOf } from './targets.js'
import { root } from '../steps.js'
/** @import { BinaryFacts } from './elf.js' */
/** @import { MachOFacts } from './mach-o.js' */
/** @import { Target } from './targets.js' */

/** The largest that a binary may be, in bytes. */
const LIMIT = 1024 * 1024

/** The one symbol that an addon shows. */
const ENTRY = 'napi_register_module_v1'

/**
 * @typedef {object} Verdict
 * @property {number} size in bytes
 * @property {readonly string[]} libraries
 * @property {string} floor the newest of each family of versions it needs
 * @property {readonly string[]} problems none, if all is well
 */

/**
 * @param {Target} target
 * @param {string} path
 * @returns {Promise<Verdict>}
 */
export async function checkBinary(target, path) {
  const file = readFileSync(path)
  /** @type {BinaryFacts} */
  let facts
  try {
    facts = target.os === 'darwin' ? readMachO(file) : readElf(file)
  } catch (error) {
    const said = error instanceof Error ? error.message : error
    return { size: file.length, libraries: [], floor: '?', problems: [`it is no binary: ${said}`] }
  }
  const problems = [
    ...commonProblems(target, file, facts),
    ...(isMachO(facts) ? darwinProblems(target, facts) : await elfProblems(target, path, facts)),
  ]
  const floor = isMachO(facts) ? `macOS ${facts.oldestSystem}` : newestOf(facts.versions)
  return { size: file.length, libraries: facts.libraries, floor: floor || 'no versions', problems }
}

/**
 * @param {BinaryFacts} facts
 * @returns {facts is MachOFacts}
 */
const isMachO = (facts) => facts.format === 'Mach-O'

/**
 * @param {Target} target
 * @param {Buffer} file
 * @param {BinaryFacts} facts
 */
function* commonProblems(target, file, facts) {
  if (facts.cpu !== target.cpu) yield `it is for ${facts.cpu}`
  if (!facts.stripped) yield 'it is not stripped'
  if (file.length > LIMIT) yield `it has ${file.length} bytes, more than ${LIMIT}`
  yield* facts.oddities.map((oddity) => `it has ${oddity}`)
  for (const library of facts.libraries) {
    const known = target.libraries.some((allowed) =>
      typeof allowed === 'string' ? allowed === library : allowed.test(library),
    )
    if (!known) yield `it needs ${library}`
  }
  // On darwin zig leaves some names of the standard library to be seen; there a name goes with its library, so that
  // they get in nobody's way.
  const others = isMachO(facts) ? [] : facts.exportedSymbols.filter((name) => name !== ENTRY)
  if (!facts.exportedSymbols.includes(ENTRY)) yield `it does not export ${ENTRY}`
  if (others.length > 0) yield `it exports ${others.join(', ')}`
  const folders = [root, crossFolder, `${homedir()}/`, process.env['CARGO_HOME'], tmpdir()]
  for (const folder of folders) {
    if (folder && file.includes(folder)) yield `it holds a path of this machine: ${folder}`
  }
}

/**
 * @param {Target} target
 * @param {MachOFacts} facts
 */
function* darwinProblems(target, facts) {
  if (facts.id !== `@rpath/${binaryOf(target)}`) yield `it calls itself ${facts.id}`
  if (facts.oldestSystem !== '11.0') yield `it is for macOS ${facts.oldestSystem} and newer`
  // The linker found all others in the stubs of the system.
  const foreign = facts.lookedUp.filter((name) => !name.startsWith('napi_'))
  if (foreign.length > 0) yield `nobody has what it looks up: ${foreign.join(', ')}`
  const needed = target.cpu === 'arm64' ? ['ad hoc'] : ['ad hoc', 'none']
  if (!needed.includes(facts.signature)) yield `its signature: ${facts.signature}`
}

/**
 * @param {Target} target
 * @param {string} path
 * @param {BinaryFacts} facts
 */
async function elfProblems(target, path, facts) {
  const problems = []
  const [, major, minor] = /^GLIBC_(\d+)\.(\d+)/.exec(newestOf(facts.versions)) ?? []
  if (target.libc === 'glibc' && Number(major) * 1000 + Number(minor) > 2017) {
    problems.push(`it needs ${newestOf(facts.versions)}`)
  }
  const napi = facts.undefinedSymbols.filter((name) => name.startsWith('napi_'))
  const missing = await linkAgainstStubs(target, path, napi)
  if (missing.length > 0) problems.push(`the system has not: ${missing.join(', ')}`)
  // A linker that looked at nothing would be content with this, too.
  const withoutNode = await linkAgainstStubs(target, path, [])
  if (withoutNode.length === 0) problems.push('the check of its symbols checks nothing')
  return problems
}

/**
 * Links a program with the binary and the stubs of the target's own libc.
 *
 * @param {Target} target
 * @param {string} path
 * @param {readonly string[]} defined what the program has itself, as Node would
 * @returns {Promise<string[]>} what is defined nowhere
 */
async function linkAgainstStubs(target, path, defined) {
  mkdirSync(crossFolder, { recursive: true })
  const folder = mkdtempSync(join(crossFolder, 'stubs-'))
  try {
    copyFileSync(path, join(folder, 'libaddon.so'))
    const program = [
      'int main(void) { return 0; }',
      ...defined.map((name) => `void ${name}(void) {}`),
    ]
    writeFileSync(join(folder, 'main.c'), program.join('\n'))
    const options = ['-dynamic', '-rdynamic', '-w', '-Wl,--no-as-needed', '-lm', '-lpthread']
    if (target.os === 'linux') options.push('-ldl')
    const python = join(await pythonPrograms(), 'python')
    const { status, stderr } = spawnSync(
      python,
      [
        '-m',
        'ziglang',
        'cc',
        '-target',
        target.zig,
        'main.c',
        './libaddon.so',
        ...options,
        '-Wl,--no-allow-shlib-undefined',
        '-o',
        'main',
      ],
      { cwd: folder, env: { ...process.env, ...zigCaches }, encoding: 'utf8' },
    )
    if (status === 0) return []
    const missing = [...stderr.matchAll(/undefined (?:reference: |symbol: )?'?([\w@.$]+)/g)]
    if (missing.length === 0) throw new Error(`zig could not link for ${target.name}:\n${stderr}`)
    return [...new Set(missing.map(([, name]) => name ?? ''))]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param {readonly string[]} versions */
function newestOf(versions) {
  const numeric = new Intl.Collator('en', { numeric: true })
  return (
    versions
      .filter((name) => /_\d/.test(name))
      .toSorted(numeric.compare)
      .at(-1) ?? ''
  )
}
