// What no package manager here brings along: Rust and a C toolchain.

import { spawnSync } from 'node:child_process'
import { StepFailed } from './steps.js'

/** @param {string} command */
export function isInstalled(command, args = ['--version']) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

/** Says what is missing before cargo fails half-way with a message about a linker. */
export function requireRust() {
  if (!isInstalled('cargo')) {
    throw new StepFailed(
      'Rust is needed to build the native part, and there is no `cargo` on the PATH.\n' +
        'Install it from https://rustup.rs, open a new terminal and run this again.',
    )
  }
  requireCompiler('to link the native part')
}

/** @param {string} purpose */
function requireCompiler(purpose) {
  if (isInstalled('cc')) return
  throw new StepFailed(
    `A C toolchain is needed ${purpose}, and there is no \`cc\` on the PATH.\n` +
      'Install the one of your system (Debian, Ubuntu: build-essential; Fedora: gcc;\n' +
      'Alpine: build-base; macOS: xcode-select --install) and run this again.',
  )
}
