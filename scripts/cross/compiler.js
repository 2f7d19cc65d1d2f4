// The compiler for the other platforms: Debian's newest Rust and the source of its standard library.
// `rust-version` in Cargo.toml says what is too old.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { crossFolder, unpackDebian } from './debian.js'

/**
 * A cargo that can check any platform, fetched if need be: its path and the environment it needs.
 *
 * @returns {Promise<{ cargo: string, env: NodeJS.ProcessEnv }>}
 */
export async function crossCargo() {
  const unpacked = await unpackDebian('debian', {
    // What apt finds the rest for: libraries whose names carry versions.
    packages: ['rustc-web', 'cargo-web', 'rust-web-src'],
    // Of 430 MB of source, the tenth that is the standard library's.
    only: { 'rust-web-src': ['./usr/src/rustc-*/library', './usr/lib/rustlib'] },
  })
  // What somebody set for their own builds would change these, or make them start anew.
  const foreign = /^(RUSTFLAGS|CARGO_ENCODED_RUSTFLAGS|RUSTC.*|CARGO_BUILD_.*|RUSTUP_TOOLCHAIN)$/
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  return {
    cargo: join(unpacked, 'usr/bin/cargo'),
    env: {
      ...Object.fromEntries(inherited),
      LD_LIBRARY_PATH: libraryPath(unpacked),
      RUSTC: join(unpacked, 'usr/bin/rustc'),
      RUSTC_BOOTSTRAP: '1', // for -Zbuild-std: Debian has no standard library of these platforms
      CARGO_TARGET_DIR: join(crossFolder, 'target'),
    },
  }
}

/** @param {string} unpacked */
function libraryPath(unpacked) {
  const folders = readdirSync(join(unpacked, 'usr/lib')).filter((name) =>
    name.endsWith('-linux-gnu'),
  )
  return folders.map((name) => join(unpacked, 'usr/lib', name)).join(':')
}
