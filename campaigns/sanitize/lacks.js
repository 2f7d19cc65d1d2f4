// What sanitizers need.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isInstalled } from '../../scripts/prerequisites.js'

export function lacksRust() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'Linux on x64'
  return isInstalled('cargo') ? undefined : 'Rust'
}

/** The standard library's source, to compile that with the sanitizer too. */
export function lacksSource() {
  const { stdout } = spawnSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' })
  const source = join(stdout?.trim() ?? '', 'lib/rustlib/src/rust/library/Cargo.lock')
  return existsSync(source) ? undefined : 'the component rust-src of rustup'
}
