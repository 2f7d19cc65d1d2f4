/** `socketpair bench`: a short form of the benchmark. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { type BenchRow, benchRows, type Contender, contenders } from './bench-rows.js'
import { compile, measure } from './bench-run.js'
import { chart, type Measured, table } from './bench-tables.js'
import { statusOf } from './children.js'

import { messageOf } from './failure.js'
import { type Invocation, wholeNumber } from './options.js'
import { styleFor } from './style.js'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const ROUNDS = '5'
const MILLISECONDS = '200'

interface Job {
  row: BenchRow
  contender: Contender
  figures: number[]
}

/** Runs it; gives the exit status. */
export async function bench({ values }: Invocation): Promise<number> {
  const limits = { command: 'bench', least: 1, most: 1_000_000 }
  const rounds = wholeNumber(values['rounds'] ?? ROUNDS, { ...limits, option: '--rounds' })
  const time = wholeNumber(values['time'] ?? MILLISECONDS, { ...limits, option: '--time' })
  const folder = mkdtempSync(join(os.tmpdir(), 'socketpair-bench-'))
  const stopped = new AbortController()
  const stop = (signal: NodeJS.Signals) => stopped.abort(signal)
  for (const signal of SIGNALS) process.on(signal, stop)
  try {
    const lacking = await compile(folder, stopped.signal)
    const rows = benchRows(lacking === undefined ? folder : undefined)
    const failures = await measureAll(rows, { rounds, time, signal: stopped.signal })
    if (stopped.signal.aborted) return statusOf(stopped.signal.reason as NodeJS.Signals)
    print(failures.measured, { rounds, time, lacking, json: !!values['json'] })
    return failures.failed ? 1 : 0
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop)
    rmSync(folder, { recursive: true })
  }
}

interface How {
  rounds: number
  time: number
  signal: AbortSignal
}

/** Each round runs everything once, in random order, so that nobody always follows the same one. */
async function measureAll(rows: readonly BenchRow[], { rounds, time, signal }: How) {
  const jobs = rows.flatMap((row) =>
    contenders.flatMap((contender): Job[] =>
      row.programs[contender] ? [{ row, contender, figures: [] }] : [],
    ),
  )
  const broken = new Set<Job>()
  for (let round = 1; round <= rounds; round++) {
    for (const job of shuffled(jobs)) {
      const { row, contender } = job
      if (signal.aborted || broken.has(job)) continue
      progress(`round ${round} of ${rounds}: ${row.name}, ${contender}`)
      try {
        job.figures.push(await measure(row, row.programs[contender] ?? [[], []], time, signal))
      } catch (error) {
        if (signal.aborted) continue
        broken.add(job)
        progress('')
        process.stderr.write(`socketpair bench: ${row.name}, ${contender}: ${messageOf(error)}\n`)
      }
    }
  }
  progress('')
  const measured = rows.map((row): Measured => {
    const own = jobs.filter((job) => job.row === row && !broken.has(job))
    return { row, figures: new Map(own.map(({ contender, figures }) => [contender, figures])) }
  })
  return { measured, failed: broken.size > 0 }
}

function shuffled<T>(items: readonly T[]): T[] {
  const keyed = items.map((item) => ({ item, key: Math.random() }))
  return keyed.toSorted((one, other) => one.key - other.key).map(({ item }) => item)
}

/** One line that is drawn again and again, in a terminal. */
function progress(text: string): void {
  const { isTTY, columns = 80 } = process.stderr
  if (isTTY) process.stderr.write(`\r${text.slice(0, columns - 1)}\u001B[K`)
}

interface Circumstances {
  rounds: number
  time: number
  lacking: string | undefined
  json: boolean
}

function print(
  measured: readonly Measured[],
  { rounds, time, lacking, json }: Circumstances,
): void {
  const machine = {
    node: process.versions.node,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    cpu: os.cpus()[0]?.model ?? '',
    cpus: os.availableParallelism(),
    load: Number((os.loadavg()[0] ?? 0).toFixed(2)),
  }
  if (json) {
    const rows = measured.map(({ row: { name, unit, better }, figures }) => ({
      name,
      unit,
      better,
      figures: Object.fromEntries(figures),
    }))
    process.stdout.write(`${JSON.stringify({ machine, rounds, time, rows }, null, 2)}\n`)
    return
  }
  const { node, system, cpus, load } = machine
  const style = styleFor(process.stdout)
  const parts = [
    `Node ${node}, ${system}, ${cpus} CPUs, load ${load}, ${rounds} rounds of ${time} ms`,
    table(measured, style),
    chart(measured, style, process.stdout.columns ?? 80),
  ]
  if (lacking !== undefined) parts.push(`Without C: ${lacking}.`)
  if (load > cpus / 2) parts.push('The machine is busy: the figures mean little.')
  process.stdout.write(`${parts.join('\n\n')}\n`)
}
