/** The command line, taken apart. */
import { parseArgs } from 'node:util'
import type { Command, Option } from './commands.js'
import { suggestion } from './suggestion.js'
import { UsageError } from './usage-error.js'

/** A subcommand as it was called. */
export interface Invocation {
  /** The options by their long names; one without a value is true. */
  readonly values: Readonly<Record<string, string | true | undefined>>
  /** The commands behind `--`, each with its arguments. */
  readonly commands: readonly (readonly string[])[]
  /** The word that the subcommand needs, empty where it needs none. */
  readonly argument: string
}

const END_OF_OPTIONS = '--'
/** As the API has it: Node makes an entry for every number below. */
const MOST_DESCRIPTORS = 0xffff

/** Takes the arguments of a subcommand apart. @throws UsageError */
export function parse(command: Command, args: readonly string[]): Invocation {
  const at = args.indexOf(END_OF_OPTIONS)
  const own = at < 0 ? args : args.slice(0, at)
  const { values, words } = parseOwn(command, own)
  // Whoever asks for help needs no more.
  if (values['help']) return { values, commands: [], argument: '' }
  const [unexpected] = words.slice(command.argument ? 1 : 0)
  if (unexpected !== undefined) {
    const hint = command.commands ? ": a command stands behind '--'" : ''
    throw new UsageError(`unexpected argument '${unexpected}'${hint}`, command.name)
  }
  const behind = at < 0 ? undefined : args.slice(at + 1)
  const separator = String(values['separator'] ?? END_OF_OPTIONS)
  return {
    values,
    commands: commandsBehind(command, behind, separator),
    argument: argumentOf(command, words[0]),
  }
}

function parseOwn(command: Command, args: readonly string[]) {
  const { options } = command
  const config = Object.fromEntries(options.map((option) => [option.name, configOf(option)]))
  // Its own errors speak of positionals and of how to write one that starts with a dash.
  const { tokens } = parseArgs({
    args: [...args],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values: Record<string, string | true> = {}
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const option = options.find(({ name }) => name === token.name)
    if (option === undefined) throw unknown(token.rawName, command)
    values[option.name] = valueOf(option, token.rawName, token.value, command)
  }
  return { values, words }
}

function configOf({ value, short }: Option) {
  const type: 'string' | 'boolean' = value === undefined ? 'boolean' : 'string'
  return short === undefined ? { type } : { type, short }
}

function unknown(name: string, { name: command, options }: Command): UsageError {
  const names = options.map((option) => `--${option.name}`)
  return new UsageError(`unknown option '${name}'${suggestion(name, names)}`, command)
}

function valueOf(
  { value: placeholder, choices }: Option,
  name: string,
  value: string | undefined,
  { name: command }: Command,
): string | true {
  if (placeholder === undefined) {
    if (value === undefined) return true
    throw new UsageError(`option '${name}' takes no value`, command)
  }
  if (value === undefined) throw new UsageError(`option '${name}' needs ${placeholder}`, command)
  if (choices && !choices.includes(value)) {
    const known = choices.join(', ')
    const meant = suggestion(value, choices)
    throw new UsageError(`option '${name}' is one of ${known}, not '${value}'${meant}`, command)
  }
  return value
}

function argumentOf({ name, argument }: Command, word: string | undefined): string {
  if (argument === undefined) return ''
  const known = argument.choices.join(', ')
  if (word === undefined) throw new UsageError(`${argument.name} is missing: ${known}`, name)
  if (argument.choices.includes(word)) return word
  const meant = suggestion(word, argument.choices)
  throw new UsageError(`${argument.name} is one of ${known}, not '${word}'${meant}`, name)
}

function commandsBehind(
  { name, commands: wanted = 0 }: Command,
  behind: readonly string[] | undefined,
  separator: string,
): string[][] {
  if (wanted === 0) {
    if (behind === undefined || behind.length === 0) return []
    throw new UsageError(`unexpected argument '${behind[0]}'`, name)
  }
  const form = wanted === 1 ? '-- COMMAND' : `-- COMMAND1 ${separator} COMMAND2`
  if (behind === undefined) throw new UsageError(`no command: expected ${form}`, name)
  // One command may have any words.
  const found: string[][] = [[]]
  for (const word of behind) {
    if (wanted > 1 && word === separator) found.push([])
    else found.at(-1)?.push(word)
  }
  const empty = found.findIndex(([first = '']) => first === '')
  if (empty >= 0) {
    const which = found.length > 1 ? `command ${empty + 1}` : 'the command'
    throw new UsageError(`${which} is empty: expected ${form}`, name)
  }
  if (found.length < wanted) throw new UsageError(`only one command: expected ${form}`, name)
  if (found.length > wanted) {
    const hint = `where one has a '${separator}' of its own, name another --separator`
    throw new UsageError(`${found.length} commands instead of ${wanted}: ${hint}`, name)
  }
  return found
}

/** The number of a descriptor that an option asks for. @throws UsageError */
export function descriptorOption(
  value: string | true | undefined,
  command: string,
): number | undefined {
  return value === undefined
    ? undefined
    : wholeNumber(value, { option: '--fd', command, least: 0, most: MOST_DESCRIPTORS })
}

/** A whole number that an option gives. @throws UsageError */
export function wholeNumber(
  value: string | true,
  {
    option,
    command,
    least,
    most,
  }: Record<'option' | 'command', string> & Record<'least' | 'most', number>,
): number {
  const number = /^\d{1,9}$/.test(String(value)) ? Number(value) : -1
  if (number >= least && number <= most) return number
  const range = `a whole number from ${least} to ${most}`
  throw new UsageError(`option '${option}' is ${range}, not '${value}'`, command)
}
