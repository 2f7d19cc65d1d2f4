// One run of one configuration: a pair, a process at each end, one report.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { socketpair } from 'socketpair'
import { placed } from './placement.js'

/**
 * @typedef {import('./configurations/common.js').Configuration} Configuration
 * @typedef {import('./configurations/common.js').Report} Report
 *
 * @typedef {object} Window how long a program runs; the same for each, whatever its language
 * @property {number} warmUp milliseconds
 * @property {number} measured milliseconds
 * @property {NodeJS.ProcessEnv} [environment] more for the programs
 */

/** @type {Window} */
export const usualWindow = { warmUp: 150, measured: 400 }
/** @type {Window} */
export const shortWindow = { warmUp: 50, measured: 150 }

/** A run that takes this long hangs. */
const longestRun = 20_000

/** The processes of the present run; ended with this one, whatever ends it. */
const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * Gives what the measuring program told.
 *
 * @param {Configuration} configuration
 * @param {Window} window
 * @returns {Promise<Report>}
 * @throws where a process failed
 */
export async function runConfiguration(configuration, { warmUp, measured, environment }) {
  const folder = mkdtempSync(join(tmpdir(), 'benchmark-'))
  try {
    const output = await outputOf(configuration, {
      ...process.env,
      BENCHMARK_WARM_UP_MS: String(warmUp),
      BENCHMARK_MEASURED_MS: String(measured),
      BENCHMARK_PATH: join(folder, 'socket'),
      ...environment,
    })
    return JSON.parse(output)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {Configuration} configuration
 * @param {NodeJS.ProcessEnv} env
 */
async function outputOf({ type, measuring, other, placement }, env) {
  if (type === undefined || other === undefined) return outputOfProcess(start(measuring, env))
  if (type === 'path') return outputBesideServer(start(other, env), start(measuring, env))
  const [near, far] = socketpair(/** @type {'stream'} */ (type))
  try {
    const peer = start(placed(other, placement, 1), env, far.fd)
    const result = outputOfProcess(start(placed(measuring, placement, 0), env, near.fd))
    near.close()
    far.close()
    // The other side ends by itself once this one is gone; its failure is a failure of the run.
    const [output] = await Promise.all([result, outputOfProcess(peer)])
    return output
  } finally {
    near.close()
    far.close()
    for (const child of running) child.kill('SIGKILL')
  }
}

/**
 * What finds its peer by a path waits for the next one when that is gone.
 *
 * @param {ReturnType<typeof start>} server
 * @param {ReturnType<typeof start>} measuring
 */
async function outputBesideServer(server, measuring) {
  const ended = once(server, 'close')
  try {
    return await outputOfProcess(measuring)
  } finally {
    server.kill('SIGKILL')
    await ended
  }
}

/**
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} env
 * @param {number} [end] the descriptor that the process finds at 3
 */
function start([command = '', ...args], env, end) {
  const child = spawn(command, args, {
    env,
    stdio: ['ignore', 'pipe', 'inherit', ...(end === undefined ? [] : [end])],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** @param {ReturnType<typeof start>} child */
async function outputOfProcess(child) {
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text) => (output += text))
  const late = setTimeout(() => child.kill('SIGKILL'), longestRun)
  try {
    const [code, signal] = await once(child, 'close')
    if (code === 0) return output
    throw new Error(`${child.spawnargs.join(' ')} ended with ${signal ?? `status ${code}`}`)
  } finally {
    clearTimeout(late)
  }
}
