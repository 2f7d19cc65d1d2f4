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
 * @property {'ignore'} [stderr] where no complaint of theirs shall be seen
 */

/** @type {Window} */
export const usualWindow = { warmUp: 150, measured: 400 }
/** @type {Window} */
export const shortWindow = { warmUp: 50, measured: 150 }

/** A run that takes so many seconds hangs. */
const longestRun = 20

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
export async function runConfiguration(configuration, window) {
  const folder = mkdtempSync(join(tmpdir(), 'benchmark-'))
  const env = {
    ...process.env,
    BENCHMARK_WARM_UP_MS: String(window.warmUp),
    BENCHMARK_MEASURED_MS: String(window.measured),
    BENCHMARK_PATH: join(folder, 'socket'),
    ...window.environment,
  }
  try {
    return JSON.parse(await outputOf(configuration, { env, stderr: window.stderr ?? 'inherit' }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @typedef {{ env: NodeJS.ProcessEnv, stderr: 'inherit' | 'ignore' }} Surroundings
 *
 * @param {Configuration} configuration
 * @param {Surroundings} around
 */
async function outputOf({ type, measuring, other, placement }, around) {
  if (type === undefined || other === undefined) return outputOfProcess(start(measuring, around))
  if (type === 'path') return outputBesideServer(start(other, around), start(measuring, around))
  const [near, far] = socketpair(/** @type {'stream'} */ (type))
  try {
    const peer = start(placed(other, placement, 1), around, far.fd)
    const result = outputOfProcess(start(placed(measuring, placement, 0), around, near.fd))
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
 * @param {Surroundings} around
 * @param {number} [end] the descriptor that the process finds at 3
 */
function start([command = '', ...args], { env, stderr }, end) {
  const child = spawn(command, args, {
    env,
    stdio: ['ignore', 'pipe', stderr, ...(end === undefined ? [] : [end])],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** @param {ReturnType<typeof start>} child */
async function outputOfProcess(child) {
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text) => (output += text))
  let seconds = 0
  // Seconds in which this process ran: a machine that slept in between is no failure.
  const late = setInterval(() => ++seconds === longestRun && child.kill('SIGKILL'), 1000)
  try {
    const [code, signal] = await once(child, 'close')
    if (code === 0) return output
    throw new Error(`${child.spawnargs.join(' ')} ended with ${signal ?? `status ${code}`}`)
  } finally {
    clearInterval(late)
  }
}
