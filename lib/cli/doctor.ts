/** `socketpair doctor`: what this system supports. */
import { createRequire } from 'node:module'
import os from 'node:os'
import { supported } from 'socketpair'
import { threeDigits } from './figures.js'
import type { Invocation } from './options.js'
import { libc, probeFlags, probeLimits, probeType, type TypeReport } from './probes.js'
import { type Style, styleFor } from './style.js'

const TYPES = ['stream', 'dgram', 'seqpacket'] as const

/** What is printed with `--json`. */
interface Diagnosis {
  versions: Record<string, string>
  readiness: 'loop' | 'tokio'
  types: Record<(typeof TYPES)[number], TypeReport>
  flags: Record<string, boolean>
  limits: Record<string, number | string>
}

/** Runs it; gives the exit status. */
export async function doctor({ values }: Invocation): Promise<number> {
  const diagnosis: Diagnosis = {
    versions: versions(),
    readiness: supported.readiness,
    types: {
      stream: await probeType('stream'),
      dgram: await probeType('dgram'),
      seqpacket: await probeType('seqpacket'),
    },
    flags: probeFlags(),
    limits: probeLimits(),
  }
  const text = values['json'] ? JSON.stringify(diagnosis, null, 2) : shown(diagnosis)
  process.stdout.write(`${text}\n`)
  return TYPES.some((type) => diagnosis.types[type].supported) ? 0 : 1
}

function versions(): Record<string, string> {
  const { version } = createRequire(import.meta.url)('socketpair/package.json') as {
    version: string
  }
  const { node = '', uv = '', bun, deno } = process.versions
  return {
    socketpair: version,
    node,
    libuv: uv,
    ...(bun ? { bun } : {}),
    ...(deno ? { deno } : {}),
    system: `${os.type()} ${os.arch()}`,
    kernel: os.release(),
    libc: libc(),
  }
}

type Row = [what: string, ...figures: unknown[]]

function shown({ versions: of, readiness, types, flags, limits }: Diagnosis): string {
  const style = styleFor(process.stdout)
  const each = (what: string, key: keyof TypeReport): Row => [
    what,
    ...TYPES.map((type) => types[type][key]),
  ]
  const sections: [title: string, rows: Row[]][] = [
    ['Versions', Object.entries(of)],
    ['Readiness', [['told by', readiness === 'loop' ? "the host's event loop" : 'tokio']]],
    [
      'Types',
      [
        ['', ...TYPES.map((type) => style.strong(type))],
        ['supported', ...TYPES.map((type) => types[type].error ?? types[type].supported)],
        each('send buffer, bytes', 'sendBufferSize'),
        each('  at most', 'largestSendBufferSize'),
        each('receive buffer, bytes', 'recvBufferSize'),
        each('largest message, bytes', 'largestMessage'),
        each('  with the largest buffer', 'largestMessageWithLargestBuffer'),
        ['queue', ...TYPES.map((type) => queueOf(type, types[type]))],
        each('descriptors in a message', 'descriptors'),
        each('  refused where unwanted', 'refusesDescriptors'),
        each('credentials in messages', 'passCredentials'),
        each('pidfd in messages', 'passPidfd'),
      ],
    ],
    ['Flags of socketpair(2)', Object.entries(flags)],
    ['Limits', Object.entries(limits).map(([name, value]) => [titles[name] ?? name, value])],
  ]
  return sections
    .map(([title, rows]) => `${style.strong(title)}\n${aligned(rows, style)}`)
    .join('\n\n')
}

const titles: Record<string, string> = {
  openFiles: 'open files',
  openFilesAtMost: 'open files, at most',
}

function queueOf(type: string, { queue }: TypeReport): string | undefined {
  if (queue === undefined) return undefined
  return `${threeDigits(queue)} ${type === 'stream' ? 'bytes' : 'messages'}`
}

function aligned(rows: readonly Row[], style: Style): string {
  const cells = rows.map((row) => row.map((value) => plain(value)))
  const widths = cells.reduce<number[]>(
    (most, row) => row.map((cell, column) => Math.max(most[column] ?? 0, visible(cell))),
    [],
  )
  const line = (row: Row) => {
    const parts = row.map((value, column) => {
      const gap = ' '.repeat((widths[column] as number) - visible(plain(value)))
      return `${coloured(value, style)}${gap}`
    })
    return `  ${parts.join('   ').trimEnd()}`
  }
  return rows.map(line).join('\n')
}

function plain(value: unknown): string {
  if (value === undefined) return '-'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'number' ? value.toLocaleString('en') : String(value)
}

function coloured(value: unknown, style: Style): string {
  const text = plain(value)
  if (value === undefined) return style.faint(text)
  if (typeof value !== 'boolean') return text
  return value ? style.good(text) : style.bad(text)
}

/** How wide a text is without what colours it. */
function visible(text: string): number {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/\u001B\[\d+m/g, '').length
}
