/** What `socketpair bench` measures: the programs of benchmark/, which the package brings along. */
import { dirname, join } from 'node:path'
import { createRequire } from 'node:module'

/** Who takes part, in the order of the table. */
export const contenders = ['socketpair', 'net.Socket', 'C'] as const

/** One of them. */
export type Contender = (typeof contenders)[number]

/** The commands of a run: the one that reports, and its partner. */
export type Programs = readonly [measuring: readonly string[], other: readonly string[]]

/** The line that a program reports. */
export interface ProgramReport {
  bytes: number
  messages: number
  seconds: number
  p50: number
}

/** One thing that is measured. */
export interface BenchRow {
  readonly name: string
  readonly type: 'stream' | 'seqpacket'
  readonly unit: string
  /** Which figure is the better one. */
  readonly better: 'more' | 'less'
  readonly figure: (report: ProgramReport) => number
  readonly programs: Partial<Readonly<Record<Contender, Programs>>>
}

const home = join(
  dirname(createRequire(import.meta.url).resolve('socketpair/package.json')),
  'benchmark',
)

/** Where the C sources are. */
export const sources = join(home, 'c')

function node(name: string, ...args: (string | number)[]): string[] {
  return [process.execPath, join(home, 'programs', `${name}.js`), ...args.map(String)]
}

/** The rows, with the C programs in `folder` where there is a compiler. */
export function benchRows(folder: string | undefined): BenchRow[] {
  const inC = (measuring: readonly string[], other: readonly string[]) => {
    if (folder === undefined) return {}
    const placed = ([name = '', ...args]: readonly string[]) => [join(folder, name), ...args]
    return { C: [placed(measuring), placed(other)] as const }
  }
  const [block, message] = [65_536, 64]
  return [
    {
      name: 'stream, 64 KiB writes',
      type: 'stream',
      unit: 'MB/s',
      better: 'more',
      figure: ({ bytes, seconds }) => bytes / seconds / 1e6,
      programs: {
        socketpair: [node('stream-receiver', block), node('stream-sender', block)],
        'net.Socket': [node('net-receiver', block, 'data'), node('net-sender', block)],
        ...inC(['receiver', `${block}`], ['sender', `${block}`]),
      },
    },
    {
      name: 'seqpacket, 64 B, one by one',
      type: 'seqpacket',
      unit: '1000/s',
      better: 'more',
      figure: ({ messages, seconds }) => messages / seconds / 1e3,
      programs: {
        socketpair: [node('message-receiver', message), node('message-sender', message)],
        ...inC(['receiver', `${message}`], ['sender', `${message}`]),
      },
    },
    {
      name: 'round trip, 64 B',
      type: 'stream',
      unit: 'µs',
      better: 'less',
      figure: ({ p50 }) => p50,
      programs: {
        socketpair: [node('ping', message, 'busy'), node('echo')],
        'net.Socket': [node('net-ping', message, 'busy'), node('net-echo')],
        ...inC(['ping', `${message}`], ['echo']),
      },
    },
  ]
}
