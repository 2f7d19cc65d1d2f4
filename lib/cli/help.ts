/** The help, of everything and of each subcommand. */
import { type Command, commands, type Option } from './commands.js'

const OVERVIEW = `Usage: socketpair COMMAND [OPTION…]

Pairs of connected sockets, socketpair(2), for the command line.

Commands:
${table(commands.map(({ name, summary }) => [name, summary]))}

Options:
${table([
  ['-h, --help', 'show this help'],
  ['-V, --version', 'show the version'],
])}

\`socketpair COMMAND --help\` tells more of each.

Exit status: 2 where the command line is wrong, 127 where a command is not found, 126 where
it can't be run, 128 + N where it was ended by signal N or where this process got it.
`

/** What `socketpair --help` shows. */
export function overview(): string {
  return OVERVIEW
}

/** What `socketpair COMMAND --help` shows. */
export function helpOf({ name, usage, description, options, examples }: Command): string {
  const sections = [
    `Usage: socketpair ${name} ${usage}`,
    description,
    `Options:\n${table(options.map((option) => [spelled(option), option.help]))}`,
  ]
  if (examples.length > 0) {
    sections.push(`Examples:\n${examples.map((line) => `  ${line}`).join('\n')}`)
  }
  return `${sections.join('\n\n')}\n`
}

function spelled({ name, short, value }: Option): string {
  return `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`
}

/** Two columns, where the second may have several lines. */
function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2
  const line = ([left, right]: readonly [string, string]) =>
    `  ${left.padEnd(width)}${right.replaceAll('\n', `\n${' '.repeat(width + 2)}`)}`
  return rows.map(line).join('\n')
}
