import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'

/** How a program ended, and all that it printed. */
export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** How to start a program. */
export interface ProgramOptions {
  args?: readonly (string | number)[]
  execArgv?: readonly string[]
  env?: NodeJS.ProcessEnv
  /** A command that starts the program: `['prlimit', '--nofile=64']`. */
  under?: readonly string[]
}

/** A program that has not ended by then hangs. */
const HANGS_AFTER = 120_000

/** The full name of a file in __test__/programs. */
export function programPath(name: string): string {
  return fileURLToPath(new URL(`../programs/${name}`, import.meta.url))
}

/** Runs a file of __test__/programs to its end; one that hangs is killed, and its signal tells. */
export function runProgram(name: string, options: ProgramOptions = {}): Promise<Ending> {
  const { args = [], execArgv = [], env = {}, under = [] } = options
  const line = [...under, process.execPath, ...execArgv, programPath(name), ...args.map(String)]
  return new Promise((resolve, reject) => {
    const child = spawn(line[0] as string, line.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      timeout: HANGS_AFTER,
      killSignal: 'SIGKILL',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}

/** Asserts that a program ended by itself with 0, said nothing on stderr, and printed `stdout`. */
export function endedWell(t: ExecutionContext, ending: Ending, stdout: string): void {
  t.deepEqual(ending, { code: 0, signal: null, stdout: `${stdout}\n`, stderr: '' })
}
