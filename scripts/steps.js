// Running the commands that a script is made of: each is shown, each stops the script when it fails.

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The project's folder: every command runs there, wherever the script was started from. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** A failure that needs no stack trace: the command has already said what is wrong. */
export class StepFailed extends Error {}

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

/**
 * Runs a command to its end; rejects with StepFailed when it does not exit with 0.
 *
 * @param {string} command
 * @param {readonly string[]} [args]
 * @param {{ onOutput?: (text: string) => void, env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 *   `onOutput` also gets what it prints
 */
export async function run(command, args = [], { onOutput, env, cwd = root } = {}) {
  const shown = [command.replace(`${root}node_modules/.bin/`, ''), ...args].join(' ')
  console.log(`> ${shown}`)
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ['ignore', onOutput ? 'pipe' : 'inherit', 'inherit'],
  })
  running.add(child)
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(text)
    onOutput?.(text)
  })
  try {
    const [code, signal] = await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (...how) => resolve(how))
    })
    if (code !== 0) {
      throw new StepFailed(`${shown}: ${signal ? `ended by ${signal}` : `exit status ${code}`}`)
    }
  } catch (error) {
    if (error instanceof StepFailed) throw error
    throw new StepFailed(`${shown}: ${error instanceof Error ? error.message : error}`)
  } finally {
    running.delete(child)
  }
}

/**
 * Runs a program of an installed package.
 *
 * @param {string} name
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runInstalled(name, args, options) {
  return run(`${root}node_modules/.bin/${name}`, args, options)
}

/**
 * The body of a script: a failed step ends it with a plain message and exit status 1.
 *
 * @param {() => Promise<void>} body
 */
export async function script(body) {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    // A terminal's Ctrl-C reaches the commands by itself; `kill` reaches only this process.
    process.once(signal, () => {
      for (const child of running) child.kill(signal)
      if (running.size > 0) process.exit(128 + constants.signals[signal])
      process.kill(process.pid, signal)
    })
  }
  try {
    await body()
  } catch (error) {
    console.error(error instanceof StepFailed ? `\nFailed: ${error.message}` : error)
    process.exitCode = 1
  }
}
