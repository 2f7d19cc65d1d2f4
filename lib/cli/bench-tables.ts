/** The table and the chart of `socketpair bench`. */
import { type BenchRow, type Contender, contenders } from './bench-rows.js'
import { threeDigits } from './figures.js'
import type { Style } from './style.js'

/** A row with the figures of each contender, one of each round. */
export interface Measured {
  row: BenchRow
  figures: ReadonlyMap<Contender, readonly number[]>
}

const [OURS] = contenders
const LEAST_BAR = 10
const MOST_BAR = 50
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** Medians side by side, and how many times better ours is. */
export function table(measured: readonly Measured[], style: Style): string {
  const others = contenders.filter((contender) => contender !== OURS)
  const head = ['', 'unit', ...contenders, ...others.map((other) => `times ${other}`)]
  const lines = measured.map(({ row, figures }) => [
    row.name,
    row.unit,
    ...contenders.map((contender) => figure(figures.get(contender))),
    ...others.map((other) => figure(timesBetter(row, figures, other))),
  ])
  const widths = head.map((_, column) =>
    Math.max(...[head, ...lines].map((line) => (line[column] as string).length)),
  )
  const aligned = (line: readonly string[]) =>
    line
      .map((cell, column) => {
        const width = widths[column] as number
        return column < 2 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd()
  return [style.strong(aligned(head)), ...lines.map(aligned)].join('\n')
}

/** A bar for each figure. */
export function chart(measured: readonly Measured[], style: Style, columns: number): string {
  const width = Math.min(MOST_BAR, Math.max(LEAST_BAR, columns - 30))
  return measured
    .map(({ row, figures }) => {
      const most = Math.max(...[...figures.values()].map(median))
      const bars = [...figures].map(([contender, values]) => {
        const bar = barOf((median(values) / most) * width)
        const painted = contender === OURS ? style.good(bar) : style.faint(bar)
        return `  ${contender.padEnd(10)}  ${painted} ${figure(values)}`
      })
      const title = `${row.name}, ${row.unit}; ${row.better} is better`
      return [style.strong(title), ...bars].join('\n')
    })
    .join('\n\n')
}

function barOf(length: number): string {
  const eighths = Math.max(1, Math.round(length * 8))
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] as string)
}

function timesBetter(
  { better }: BenchRow,
  figures: Measured['figures'],
  other: Contender,
): number[] | undefined {
  const [ours, theirs] = [figures.get(OURS), figures.get(other)]
  if (ours === undefined || theirs === undefined) return undefined
  // Of each round by itself: what a noisy machine does to one it does to both.
  return ours.map((mine, round) => {
    const its = theirs[round] ?? Number.NaN
    return better === 'more' ? mine / its : its / mine
  })
}

function figure(values: readonly number[] | undefined): string {
  return values === undefined ? '-' : threeDigits(median(values))
}

function median(values: readonly number[]): number {
  const sorted = [...values].toSorted((one, other) => one - other)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2
}
