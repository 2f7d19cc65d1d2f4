// The two things that are built: the native addon, and the TypeScript over it.

import { chmodSync, copyFileSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { digestInputs, isUpToDate, recordMade } from './inputs.js'
import { requireRust } from './prerequisites.js'
import { root, runInstalled } from './steps.js'

/** What napi-rs tells of the addon; a file of declarations, so tsc does not bring it to dist/. */
const declarations = 'lib/binding.d.ts'

/** @param {{ debug?: boolean }} [options] */
export async function make(options) {
  await makeAddon(options)
  await makeLibrary()
}

async function makeAddon({ debug = false } = {}) {
  const sources = ['src', 'crates', 'build.rs', 'Cargo.toml', 'Cargo.lock']
  const { napi } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const profile = debug ? 'debug' : 'release'
  const variant = `${process.platform} ${process.arch} ${profile} ${JSON.stringify(napi)}`
  const inputs = digestInputs(sources, variant)
  if (isUpToDate('addon', inputs)) return
  requireRust()
  await runInstalled('napi', [
    'build',
    '--platform',
    ...(debug ? [] : ['--release']),
    '--no-js', // lib/binary.ts loads it
    `--dts=${declarations}`,
  ])
  const binaries = readdirSync(root).filter((name) => name.endsWith('.node'))
  recordMade('addon', inputs, [declarations, ...binaries])
}

async function makeLibrary() {
  const inputs = digestInputs(['lib', 'tsconfig.json', 'rolldown.config.js', 'package-lock.json'])
  if (isUpToDate('library', inputs)) return
  const dist = join(root, 'dist')
  // Emptied first, so that a module that was renamed leaves nothing behind to be packed.
  rmSync(dist, { recursive: true, force: true })
  await runInstalled('tsc', ['--project', 'tsconfig.json'])
  copyFileSync(join(root, declarations), join(dist, 'binding.d.ts'))
  // Nobody imports the command line.
  rmSync(join(dist, 'cli'), { recursive: true })
  await runInstalled('rolldown', ['--config=rolldown.config.js', '--log-level=warn'])
  chmodSync(join(dist, 'cli.js'), 0o755)
  recordMade('library', inputs, ['dist/index.js', 'dist/index.d.ts', 'dist/cli.js'])
}
