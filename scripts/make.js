// The two things that are built: the native addon, and the TypeScript over it.

import { chmodSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { digestInputs, isUpToDate, recordMade } from './inputs.js'
import { requireRust } from './prerequisites.js'
import { root, runInstalled } from './steps.js'

const loader = ['index.cjs', 'index.d.cts']

/** @param {{ debug?: boolean }} [options] */
export async function make(options) {
  await makeAddon(options)
  await makeLibrary()
}

async function makeAddon({ debug = false } = {}) {
  const sources = ['src', 'crates', 'build.rs', 'Cargo.toml', 'Cargo.lock', 'package.json']
  const variant = `${process.platform} ${process.arch} ${debug ? 'debug' : 'release'}`
  const inputs = digestInputs(sources, variant)
  if (isUpToDate('addon', inputs)) return
  requireRust()
  await runInstalled('napi', [
    'build',
    '--platform',
    ...(debug ? [] : ['--release']),
    '--js=index.cjs', // .cjs because the package's own type is "module"; the loader is CommonJS
    '--dts=index.d.cts',
  ])
  const binaries = readdirSync(root).filter((name) => name.endsWith('.node'))
  recordMade('addon', inputs, [...loader, ...binaries])
}

async function makeLibrary() {
  const sources = ['lib', 'tsconfig.json', 'rolldown.config.js', 'index.d.cts', 'package-lock.json']
  const inputs = digestInputs(sources)
  if (isUpToDate('library', inputs)) return
  const dist = join(root, 'dist')
  // Emptied first, so that a module that was renamed leaves nothing behind to be packed.
  rmSync(dist, { recursive: true, force: true })
  await runInstalled('tsc', ['--project', 'tsconfig.json'])
  // Nobody imports the command line.
  rmSync(join(dist, 'cli'), { recursive: true })
  await runInstalled('rolldown', ['--config=rolldown.config.js', '--log-level=warn'])
  chmodSync(join(dist, 'cli.js'), 0o755)
  recordMade('library', inputs, ['dist/index.js', 'dist/index.d.ts', 'dist/cli.js'])
}
