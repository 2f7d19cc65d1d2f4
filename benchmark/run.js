// One run of one configuration: a pair, a process at each end, one figure.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { socketpair } from 'socketpair'
import { placed } from './placement.js'

/** The same for every program, whatever its language. */
const environment = {
  ...process.env,
  BENCHMARK_WARM_UP_MS: '150',
  BENCHMARK_MEASURED_MS: '400',
}

/** A run that takes this long hangs. */
const longestRun = 15_000

/** The processes of the present run; ended with this one, whatever ends it. */
const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * Gives the figure; NaN, with a message, when the run failed.
 *
 * @param {import('./configurations.js').Configuration} configuration
 */
export async function runConfiguration(configuration) {
  try {
    return configuration.figure(JSON.parse(await outputOf(configuration)))
  } catch (error) {
    const { measuring } = configuration
    console.error(`\n${measuring.join(' ')}: ${error instanceof Error ? error.message : error}`)
    return Number.NaN
  }
}

/** @param {import('./configurations.js').Configuration} configuration */
async function outputOf({ type, measuring, other, placement }) {
  if (type === undefined || other === undefined) return outputOfProcess(start(measuring))
  const [near, far] = socketpair(/** @type {'stream'} */ (type))
  try {
    const peer = start(placed(other, placement, 1), far.fd)
    const result = outputOfProcess(start(placed(measuring, placement, 0), near.fd))
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
 * @param {readonly string[]} command
 * @param {number} [end] the descriptor that the process finds at 3
 */
function start([command = '', ...args], end) {
  const child = spawn(command, args, {
    env: environment,
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
  const [code, signal] = await once(child, 'close')
  clearTimeout(late)
  if (code !== 0) {
    throw new Error(`${child.spawnargs.join(' ')} ended with ${signal ?? `status ${code}`}`)
  }
  return output
}
