// The compiler for the other platforms: Debian's newest Rust and the source of its standard library,
// unpacked into .cross/ and never installed.
//
// No versions are pinned here: Debian keeps one version of these packages at a time, so that one
// which is named would be gone with the next. `rust-version` in Cargo.toml says what is too old.

import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isInstalled } from './prerequisites.js'
import { StepFailed, root, run } from './steps.js'

/** What apt finds the rest for: libraries whose names carry versions. */
const packages = ['rustc-web', 'cargo-web', 'rust-web-src']

const folder = join(root, '.cross')
const unpacked = join(folder, 'debian')
// Written last, so that it also tells a download that was interrupted.
const record = join(folder, 'packages.json')

/**
 * A cargo that can check any platform, fetched if need be: its path and the environment it needs.
 *
 * @returns {Promise<{ cargo: string, env: NodeJS.ProcessEnv }>}
 */
export async function crossCargo() {
  if (!existsSync(record)) await fetch()
  // What somebody set for their own builds would change these, or make them start anew.
  const foreign = /^(RUSTFLAGS|CARGO_ENCODED_RUSTFLAGS|RUSTC.*|CARGO_BUILD_.*|RUSTUP_TOOLCHAIN)$/
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  const libraries = readdirSync(join(unpacked, 'usr/lib')).filter((name) =>
    name.endsWith('-linux-gnu'),
  )
  return {
    cargo: join(unpacked, 'usr/bin/cargo'),
    env: {
      ...Object.fromEntries(inherited),
      LD_LIBRARY_PATH: libraries.map((name) => join(unpacked, 'usr/lib', name)).join(':'),
      RUSTC: join(unpacked, 'usr/bin/rustc'),
      RUSTC_BOOTSTRAP: '1', // for -Zbuild-std: Debian has no standard library of these platforms
      CARGO_TARGET_DIR: join(folder, 'target'),
    },
  }
}

async function fetch() {
  if (!isInstalled('apt-get') || !isInstalled('dpkg-deb')) {
    throw new StepFailed('The compiler for other platforms is a Debian package: this needs Debian.')
  }
  const archives = join(folder, 'archives')
  rmSync(folder, { recursive: true, force: true })
  for (const path of ['state/lists/partial', 'archives/partial', 'debian']) {
    mkdirSync(join(folder, path), { recursive: true })
  }
  // Lists and downloads of our own: those of the system may be old, and need root to change.
  const apt = (/** @type {string[]} */ ...command) =>
    run('apt-get', [
      '--quiet=2',
      `--option=Dir::State=${join(folder, 'state')}`,
      '--option=Dir::State::status=/var/lib/dpkg/status',
      `--option=Dir::Cache=${folder}`,
      '--option=Debug::NoLocking=true',
      ...(process.getuid?.() === 0 ? ['--option=APT::Sandbox::User=root'] : []),
      ...command,
    ])
  await apt('update')
  await apt('install', '--download-only', '--no-install-recommends', '--yes', ...packages)
  const files = readdirSync(archives).filter((name) => name.endsWith('.deb'))
  for (const file of files) await unpack(join(archives, file))
  rmSync(archives, { recursive: true })
  rmSync(join(folder, 'state'), { recursive: true })
  writeFileSync(record, `${JSON.stringify(files, null, 2)}\n`)
}

/** @param {string} archive */
function unpack(archive) {
  if (!archive.includes('/rust-web-src_')) return run('dpkg-deb', ['--extract', archive, unpacked])
  // Of 430 MB of source, the tenth that is the standard library's.
  return run('sh', [
    '-c',
    'dpkg-deb --fsys-tarfile "$0" | tar --extract --directory="$1" --wildcards "./usr/src/rustc-*/library" "./usr/lib/rustlib"',
    archive,
    unpacked,
  ])
}
