/** One run: a pair, a process at each end, one report. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { socketpair } from 'socketpair'
import { type BenchRow, type Programs, type ProgramReport, sources } from './bench-rows.js'
import { messageOf } from './failure.js'
import { clearTimeout, setTimeout } from '../timers.js'

/** Seconds after which a run hangs. */
const LONGEST = 30
const C_PROGRAMS = ['sender', 'receiver', 'ping', 'echo']

/** Compiles the C programs into `folder`; gives why that is not possible. */
export async function compile(folder: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    for (const name of C_PROGRAMS) {
      const args = ['-O2', '-o', join(folder, name), join(sources, `${name}.c`)]
      await promisify(execFile)('cc', args, { signal })
    }
    return undefined
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return missing ? 'there is no C compiler (cc)' : messageOf(error).trim()
  }
}

/** Runs the programs of a row once; gives the figure. @throws where one of them failed */
export async function measure(
  { type, figure }: BenchRow,
  [measuring, other]: Programs,
  milliseconds: number,
  signal: AbortSignal,
): Promise<number> {
  const ends = socketpair(type as 'stream')
  const env = {
    ...process.env,
    BENCHMARK_WARM_UP_MS: String(Math.ceil(milliseconds / 3)),
    BENCHMARK_MEASURED_MS: String(milliseconds),
  }
  const children: ChildProcess[] = []
  const start = ([command = '', ...args]: readonly string[], end: number) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe', end] })
    children.push(child)
    return outcomeOf(child)
  }
  const stop = () => children.forEach((child) => child.kill('SIGKILL'))
  signal.addEventListener('abort', stop)
  const late = setTimeout(stop, LONGEST * 1000)
  try {
    const partner = start(other, ends[1].fd)
    const reporting = start(measuring, ends[0].fd)
    for (const end of ends) end.close()
    // The partner ends by itself when it is left alone.
    const [output] = await Promise.all([reporting, partner])
    return figure(JSON.parse(output) as ProgramReport)
  } finally {
    clearTimeout(late)
    signal.removeEventListener('abort', stop)
    for (const end of ends) end.close()
    stop()
  }
}

async function outcomeOf(child: ChildProcess): Promise<string> {
  let [output, complaint] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (code === 0) return output
  throw new Error(
    `${child.spawnargs.join(' ')}: ${signal ?? `status ${code}`}\n${complaint}`.trim(),
  )
}
