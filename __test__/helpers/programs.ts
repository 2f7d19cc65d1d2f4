/** Real programs at the other end: those of programs/, in Python, C and Node. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Socket } from 'socketpair'
import { needs } from './needs.ts'
import type { ExecutionContext } from './test.ts'

const PROGRAMS = fileURLToPath(new URL('../programs/', import.meta.url))

/** The interpreter itself: what PATH finds may be a shell script around it. */
let python: string | undefined

/** Python by its path. Skips the test where there is none. */
export function pythonItself(): string {
  needs('python3')
  python ??= execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  }).trim()
  return python
}

/** The command line that runs a program: `describe.py`, `exhaust.ts`, or a compiled one by its path. */
export function commandLine(program: string, args: readonly string[] = []): [string, string[]] {
  if (path.isAbsolute(program)) return [program, [...args]]
  const file = path.join(PROGRAMS, program)
  if (program.endsWith('.py')) return [pythonItself(), ['-I', '-S', '-B', file, ...args]]
  return [process.execPath, [...process.execArgv, file, ...args]]
}

/** Runs a program to its end, with `ends` as its descriptors 3, 4, …; gives the JSON that it prints. */
export function report(
  program: string,
  ends: readonly Socket[] = [],
  args: string[] = [],
): unknown {
  return runToEnd(commandLine(program, args), ends)
}

/** Runs a program that can have so many descriptors; gives the JSON that it prints. */
export function reportWithLimit(
  descriptors: number,
  program: string,
  args: readonly string[],
): Record<string, unknown> {
  const [command, line] = commandLine(program, args)
  // Node raises the soft limit to the hard one, so it is the hard one that counts; ulimit sets both.
  const script = `ulimit -n ${descriptors} && exec "$@"`
  const limited: [string, string[]] = ['/bin/sh', ['-c', script, 'sh', command, ...line]]
  return runToEnd(limited, []) as Record<string, unknown>
}

function runToEnd([command, line]: [string, string[]], ends: readonly Socket[]): unknown {
  const { status, signal, stdout, stderr } = spawnSync(command, line, {
    stdio: ['ignore', 'pipe', 'pipe', ...ends.map((end) => end.fd)],
    encoding: 'utf8',
    timeout: 50_000,
  })
  if (status !== 0) throw new Error(`${line.join(' ')} ended with ${signal ?? status}: ${stderr}`)
  return JSON.parse(stdout)
}

/** A program that runs at the other end. */
export interface Running {
  child: ChildProcess
  /** Waits for its end; gives the JSON that it printed. */
  result(): Promise<unknown>
}

/**
 * Starts a program that gets `ends` as its descriptors 3, 4, …; they are closed here then. When its stdin
 * comes to an end they are the program's alone.
 */
export function start(
  t: ExecutionContext,
  program: string,
  ends: readonly Socket[],
  args: readonly string[] = [],
): Running {
  const [command, line] = commandLine(program, args)
  const child = spawn(command, line, {
    stdio: ['pipe', 'pipe', 'inherit', ...ends.map((end) => end.fd)],
  })
  for (const end of ends) end.close()
  child.stdin?.end()
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text))
  const ended = once(child, 'close')
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    child,
    async result() {
      const [status, signal] = await ended
      if (status !== 0) throw new Error(`${program} ended with ${signal ?? status}`)
      return JSON.parse(output)
    },
  }
}

/** Compiles a C program of programs/; gives the path of what came out. */
export function compile(t: ExecutionContext, source: string): string {
  needs('cc')
  const folder = mkdtempSync(path.join(tmpdir(), 'socketpair-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const target = path.join(folder, path.basename(source, '.c'))
  execFileSync('cc', ['-O1', '-Wall', '-Werror', '-o', target, path.join(PROGRAMS, source)])
  return target
}
