#!/usr/bin/env node
/** The command `socketpair`: finds the subcommand, and turns what it gives or throws into an exit status. */
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { commandNamed, commands } from './commands.js'
import { codeOf, Failure, messageOf } from './failure.js'
import { helpOf, overview } from './help.js'
import { parse } from './options.js'
import { suggestion } from './suggestion.js'
import { UsageError } from './usage-error.js'

for (const stream of [process.stdout, process.stderr]) {
  // Nobody reads any more. Node ignores the signal that ends other tools here.
  stream.on('error', (error) => {
    process.exit(codeOf(error) === 'EPIPE' ? 128 + constants.signals.SIGPIPE : 1)
  })
}

async function main([first, ...rest]: readonly string[]): Promise<number> {
  switch (first) {
    case undefined:
      throw new UsageError('which command?')
    case '-h':
    case '--help':
      return show(overview())
    case '-V':
    case '--version':
      return show(`${version()}\n`)
    case 'help':
      return rest[0] === undefined ? show(overview()) : show(helpOf(find(rest[0])))
    default: {
      const command = find(first)
      const invocation = parse(command, rest)
      return invocation.values['help'] ? show(helpOf(command)) : command.run(invocation)
    }
  }
}

function find(name: string) {
  const command = commandNamed(name)
  if (command) return command
  const names = [...commands.map((known) => known.name), '--help', '--version']
  const what = name.startsWith('-') ? 'option' : 'command'
  throw new UsageError(`unknown ${what} '${name}'${suggestion(name, names)}`)
}

function show(text: string): number {
  process.stdout.write(text)
  return 0
}

function version(): string {
  return (createRequire(import.meta.url)('socketpair/package.json') as { version: string }).version
}

function complain(error: unknown): number {
  const command = error instanceof UsageError ? error.command : undefined
  const name = command ? `socketpair ${command}` : 'socketpair'
  process.stderr.write(`${name}: ${messageOf(error)}\n`)
  if (error instanceof UsageError) process.stderr.write(`Try '${name} --help'.\n`)
  return error instanceof Failure ? error.status : 1
}

process.exitCode = 1 // if nothing keeps this process running before it knows better
main(process.argv.slice(2)).then(
  (status) => (process.exitCode = status),
  (error: unknown) => (process.exitCode = complain(error)),
)
