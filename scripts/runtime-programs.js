// Programs of the lifecycle tests, and how each has to end: for runtimes and platforms in which the tests
// themselves don't run.

import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** A program that has not ended by then hangs. */
const HANGS_AFTER = 60_000

const contexts = [
  'modules evaluated anew',
  'addon loaded anew',
  'process.dlopen of a copy',
  'a link to the addon',
  'another context',
]

/** What readiness.mjs prints of each kind of readiness. */
const told = {
  loop: 'loop, loop, 0 driver; loop, loop, 0 driver',
  tokio: 'tokio, tokio, 1 driver; tokio, tokio, 1 driver',
}

/**
 * @typedef {object} Program
 * @property {string[]} run
 * @property {string[]} [small] what to run instead where everything takes long
 * @property {string} [prints]
 * @property {number} [code]
 * @property {string[]} [flags] of Node
 */

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
  {
    run: ['terminated-workers.mjs', '40', '4096'],
    small: ['terminated-workers.mjs', '4', '64'],
    prints: 'every worker was terminated',
  },
  ...['natural end', 'process.exit()', 'terminate'].map((how) => ({
    run: ['only-in-workers.mjs', how, '20'],
    small: ['only-in-workers.mjs', how, '2'],
    prints: 'every worker left',
  })),
  { run: ['busy-workers.mjs', 'in a timer'], code: 7 },
  ...contexts.map((how) => ({ run: ['contexts.mjs', how], prints: 'every copy works' })),
  { run: ['collected.mjs'], prints: 'collected', flags: ['--expose-gc'] },
]

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {number} hangsAfter
 * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, stderr: string }>}
 */
function runToItsEnd(command, args, hangsAfter) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: hangsAfter,
      killSignal: 'SIGKILL',
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}

/**
 * Runs them all, and says of each how it ended.
 *
 * @param {object} options
 * @param {string} options.name of the runtime, for people
 * @param {string} options.command
 * @param {readonly string[] | undefined} [options.args] instead of the flags that Node needs
 * @param {'loop' | 'tokio'} options.readiness what tells which ends are ready, if nothing else is asked for
 * @param {string} options.folder where the programs are
 * @param {number} [options.slowness] how many times slower than this machine it is
 * @returns {Promise<number>} how many did not end as they should
 */
export async function runPrograms({ name, command, args, readiness, folder, slowness = 1 }) {
  let failures = 0
  /** @type {Program} */
  const first = { run: ['readiness.mjs'], prints: told[readiness] }
  for (const { run: full, small = full, prints = '', code = 0, flags = [] } of [
    first,
    ...programs,
  ]) {
    const run = slowness > 1 ? small : full
    const [file = '', ...rest] = run
    const all = [...(args ?? flags), join(folder, file), ...rest]
    const ending = await runToItsEnd(command, all, HANGS_AFTER * slowness)
    const well = ending.code === code && ending.signal === null && ending.stdout.trim() === prints
    if (!well) failures++
    const how = ending.signal ?? `exit status ${ending.code}`
    const said = `${ending.stdout.trim()} ${ending.stderr.trim()}`.trim()
    console.log(
      `${well ? 'ok    ' : 'NOT OK'} ${name}: ${run.join(' ')}${well ? '' : `: ${how}\n${said}`}`,
    )
  }
  return failures
}
