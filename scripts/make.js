// The two things that are built: the native addon, and the TypeScript over it.

import { readdirSync, rmSync } from 'node:fs'
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
  const inputs = digestInputs(['lib', 'tsconfig.json', 'index.d.cts', 'package-lock.json'])
  if (isUpToDate('library', inputs)) return
  // Emptied first, so that a module that was renamed leaves nothing behind to be packed.
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  await runInstalled('tsc', ['--project', 'tsconfig.json'])
  // One file: the module loader takes most of a millisecond for each, and import time counts.
  await runInstalled('rolldown', [
    'lib/index.ts',
    '--format=esm',
    '--platform=node',
    '--file=dist/index.js',
    '--log-level=warn',
  ])
  recordMade('library', inputs, ['dist/index.js', 'dist/index.d.ts'])
}
