// The linker for the other platforms: zig, which brings the stubs of every libc along, driven by
// cargo-zigbuild where that knows the platform.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { crossCargo } from './compiler.js'
import { crossFolder, unpackDebian } from './debian.js'
import { pythonPrograms } from './python.js'
import { root, run } from '../steps.js'
/** @import { Target } from './targets.js' */

const bin = join(crossFolder, 'bin')

/** What zig keeps goes to .cross/ too. */
export const zigCaches = {
  ZIG_GLOBAL_CACHE_DIR: join(crossFolder, 'zig'),
  ZIG_LOCAL_CACHE_DIR: join(crossFolder, 'zig'),
  CARGO_ZIGBUILD_CACHE_DIR: join(crossFolder, 'zigbuild'),
}

/**
 * A release build of the addon for one platform, stripped: the path of what cargo made.
 *
 * @param {Target} target
 */
export async function buildFor(target) {
  const programs = await pythonPrograms()
  const { cargo, env } = await crossCargo()
  await makeWrappers(env)
  const viaZigbuild = target.os !== 'netbsd' // "unsupported target", says 0.24
  const [command, ...first] = viaZigbuild
    ? [join(programs, 'cargo-zigbuild'), 'zigbuild']
    : [cargo, 'build']
  const triple = target.libc === 'glibc' ? `${target.triple}.2.17` : target.triple
  const options = ['--release', '--locked', '--package=socketpair', `--target=${triple}`]
  await run(command, [...first, ...options, '-Zbuild-std=std,panic_abort'], {
    env: {
      ...env,
      ...zigCaches,
      CARGO: cargo,
      PATH: `${bin}:${programs}:${env['PATH']}`,
      RUSTFLAGS: flagsFor(target).join(' '),
      MACOSX_DEPLOYMENT_TARGET: '11.0',
      CARGO_TARGET_X86_64_UNKNOWN_NETBSD_LINKER: join(bin, 'zig-cc-netbsd'),
    },
  })
  const file = target.os === 'darwin' ? 'libsocketpair.dylib' : 'libsocketpair.so'
  return join(crossFolder, 'target', target.triple, 'release', file)
}

/** @param {Target} target */
function flagsFor(target) {
  const cargoHome = process.env['CARGO_HOME'] ?? join(homedir(), '.cargo')
  // No path of this machine in what panics say. The later one wins where both fit.
  const flags = [
    `--remap-path-prefix=${cargoHome}=/cargo`,
    `--remap-path-prefix=${root}=/socketpair/`,
  ]
  // A static libc can't load an addon: cargo would leave that out, with a warning and status 0.
  if (target.libc === 'musl') flags.push('-Ctarget-feature=-crt-static')
  // Else it is the path of the file that was linked.
  if (target.os === 'darwin') {
    flags.push(`-Clink-arg=-Wl,-install_name,@rpath/socketpair.${target.name}.node`)
  }
  return flags
}

/**
 * Programs that rustc calls by one name.
 *
 * @param {NodeJS.ProcessEnv} env
 */
async function makeWrappers(env) {
  const llvm = await unpackDebian('llvm', {
    packages: ['llvm-22'],
    alone: true,
    only: { 'llvm-22': ['./usr/lib/llvm-22/bin/llvm-objcopy'] },
  })
  mkdirSync(bin, { recursive: true })
  const wrappers = {
    // How rustc strips for darwin; it renews the signature. Debian's Rust comes without.
    'rust-objcopy': `LD_LIBRARY_PATH='${env['LD_LIBRARY_PATH']}' exec '${llvm}/usr/lib/llvm-22/bin/llvm-objcopy' "$@"`,
    'zig-cc-netbsd': `exec '${await pythonPrograms()}/python' -m ziglang cc -target x86_64-netbsd-none "$@"`,
  }
  for (const [name, line] of Object.entries(wrappers)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`)
    chmodSync(join(bin, name), 0o755)
  }
}
