/** The command line, run as a person does: the built file, a process of its own. */
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Ending } from './endings.ts'
import { programPath } from './endings.ts'
import { pythonItself } from './programs.ts'
import type { ExecutionContext } from './test.ts'

/** The file that `socketpair` stands for in an installed package. */
export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** A program in Python as a command, with all that it may need of the modules. */
export function python(source: string, ...args: readonly string[]): string[] {
  const modules = 'import fcntl, hashlib, json, os, random, signal, socket, sys, time'
  return [pythonItself(), '-I', '-S', '-c', `${modules}\n${source}`, ...args]
}

/** The other end as a socket, in such a program. */
export const END = 'end = socket.socket(fileno=0)'

const CLEAN = { ...process.env, NODE_OPTIONS: '', NO_COLOR: undefined, FORCE_COLOR: undefined }

/** Starts `socketpair` with these arguments; it is killed when the test is over. */
export function startCli(
  t: ExecutionContext,
  args: readonly string[],
  { stdio = ['ignore', 'pipe', 'pipe'], env = {} }: { stdio?: StdioOptions; env?: object } = {},
): ChildProcess {
  const child = spawn(process.execPath, [CLI, ...args], { stdio, env: { ...CLEAN, ...env } })
  const ended = once(child, 'close')
  t.teardown(async () => {
    child.kill('SIGKILL')
    for (const stream of child.stdio) stream?.destroy()
    await ended
  })
  return child
}

/** Runs it to its end with this standard input; all that it says is text. */
export async function runCli(
  t: ExecutionContext,
  args: readonly string[],
  { input, env = {} }: { input?: string | Buffer; env?: object } = {},
): Promise<Ending> {
  const child = startCli(t, args, {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env,
  })
  // Who ends without reading it all is in the right.
  child.stdin?.on('error', () => {}).end(input)
  return endingOf(child)
}

/** Waits for the end of a program, and collects what it says until then. */
export async function endingOf(child: ChildProcess): Promise<Ending> {
  let [stdout, stderr] = ['', '']
  child.stdout?.setEncoding('latin1').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, stdout, stderr }
}

/** The exit status alone. */
export async function statusOf(
  t: ExecutionContext,
  args: readonly string[],
): Promise<number | null> {
  return (await runCli(t, args)).code
}

/** What is done in a terminal: wait for a pattern in what is shown, then type something. */
export type Step = { until: string } | { send: string }

/** What a terminal showed, and how the program in it ended. */
export interface Shown {
  output: string
  status: number
  /** How many seconds after the start each piece was shown. */
  times: number[]
}

/** Runs a command in a terminal of its own, of 80 columns. */
export async function inTerminal(
  t: ExecutionContext,
  command: readonly string[],
  steps: readonly Step[] = [],
  env: object = {},
): Promise<Shown> {
  const line = ['-I', '-S', programPath('terminal.py'), JSON.stringify(steps), ...command]
  const child = spawn(pythonItself(), line, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...CLEAN, TERM: 'xterm-256color', ...env },
  })
  t.teardown(() => child.kill('SIGKILL'))
  const { code, stdout, stderr } = await endingOf(child)
  if (code !== 0) throw new Error(`terminal.py ended with ${code}: ${stderr}`)
  return JSON.parse(Buffer.from(stdout, 'latin1').toString()) as Shown
}

/** Whether a process runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
