/** `socketpair completion`: what shells have to know, made from the subcommands. */
import { type Command, commands, type Option, type SHELLS } from './commands.js'
import type { Invocation } from './options.js'

type Shell = (typeof SHELLS)[number]

const scripts: Record<Shell, () => string> = { bash, zsh, fish }

/** Runs it; gives the exit status. */
export async function completion({ argument }: Invocation): Promise<number> {
  process.stdout.write(scripts[argument as Shell]())
  return 0
}

const GLOBAL = ['--help', '--version']
const names = commands.map(({ name }) => name)
const running = commands.filter(({ commands: count }) => count).map(({ name }) => name)

/** How an option can be written. */
const spellings = ({ name, short }: Option) => [`--${name}`, ...(short ? [`-${short}`] : [])]

function bash(): string {
  const cases = commands.map(({ name, options, argument }) => {
    const words = options.map((option) => `--${option.name}`)
    const choices = argument
      ? `
      [[ $current == -* ]] || words="${argument.choices.join(' ')}"`
      : ''
    const dashes = running.includes(name) ? [' --'] : []
    const values = options.flatMap((option) =>
      option.value === undefined
        ? []
        : [`        ${spellings(option).join('|')}) ${bashValue(option)}; return ;;`],
    )
    return `    ${name})
      case $previous in
${values.join('\n') || '        "") ;;'}
      esac
      words="${words.join(' ')}${dashes.join('')}"${choices} ;;`
  })
  return `# Completion of socketpair for bash: source <(socketpair completion bash)
_socketpair() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} words= i
  COMPREPLY=()
  # --type=stream is three words here.
  if [[ $previous == '=' ]]; then previous=\${COMP_WORDS[COMP_CWORD - 2]}
  elif [[ $current == '=' ]]; then current=
  fi
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${[...names, 'help', ...GLOBAL].join(' ')}" -- "$current"))
    return
  fi
  for ((i = 2; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} == -- ]]; then
      # A command, and behind it what bash does by itself: files.
      [[ $previous != -- ]] || COMPREPLY=($(compgen -c -- "$current"))
      return
    fi
  done
  case \${COMP_WORDS[1]} in
    help) words="${names.join(' ')}" ;;
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _socketpair socketpair
`
}

function bashValue({ choices, file }: Option): string {
  if (choices) return `COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$current"))`
  return file ? 'COMPREPLY=($(compgen -f -- "$current"))' : ':'
}

/** For zsh between single quotes, and in brackets. */
const zshText = (text: string) =>
  text
    .replaceAll('\n', ' ')
    .replaceAll("'", String.raw`'\''`)
    .replaceAll(/[[\]:]/g, String.raw`\$&`)

function zsh(): string {
  const described = commands.map(({ name, summary }) => `    '${name}:${zshText(summary)}'`)
  const cases = commands.map(({ name, options, argument }) => {
    const specs = options.map((option) => `        '${zshOption(option)}'`)
    if (argument) specs.push(`        '1:${argument.name}:(${argument.choices.join(' ')})'`)
    if (running.includes(name)) {
      specs.push(`        '*:: :_socketpair_commands'`)
    }
    return `    ${name})
      _arguments -S ${String.raw`\\`}
${specs.join(` ${String.raw`\\`}\n`)} ;;`
  })
  return `#compdef socketpair
# Completion of socketpair for zsh: source <(socketpair completion zsh)
_socketpair_commands() {
  # Each command from its own first word on.
  local last=\${words[(I)--]}
  if ((last > 0 && last < CURRENT)); then
    words=("\${(@)words[last + 1, -1]}")
    ((CURRENT -= last))
  fi
  _normal
}
_socketpair() {
  local -a subcommands=(
${described.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command subcommands
    _arguments '(- *)'{-h,--help}'[show help]' '(- *)'{-V,--version}'[show the version]'
    return
  fi
  local subcommand=$words[2]
  shift words
  ((CURRENT -= 1))
  case $subcommand in
    help) ((CURRENT == 2)) && _describe command subcommands ;;
${cases.join('\n')}
  esac
}
compdef _socketpair socketpair
`.replaceAll('\\\\', '\\')
}

function zshOption(option: Option): string {
  const { name, short, value, choices, file, help } = option
  const action = choices ? `(${choices.join(' ')})` : file ? '_files' : ' '
  const argument = value === undefined ? '' : `:${value}:${action}`
  const text = `[${zshText(help)}]${argument}`
  return short ? `(-${short} --${name})'{-${short},--${name}}'${text}` : `--${name}${text}`
}

const fishText = (text: string) =>
  `'${text.replaceAll('\n', ' ').replaceAll(/['\\]/g, String.raw`\$&`)}'`

function fish(): string {
  const lines = commands.flatMap(fishOf)
  return `# Completion of socketpair for fish: socketpair completion fish | source
function __socketpair_behind_dashes
  contains -- -- (commandline -opc)
end
function __socketpair_commands
  # The last command that was begun, as if it stood alone.
  set -l words (commandline -opc) (commandline -ct)
  set -l from (contains -i -- -- $words[-1..1])
  complete -C (string join ' ' -- (string escape -- $words[(math (count $words) - $from + 2)..-1]))
end
complete -c socketpair -f
complete -c socketpair -n '__fish_use_subcommand' -s h -l help -d 'show help'
complete -c socketpair -n '__fish_use_subcommand' -s V -l version -d 'show the version'
complete -c socketpair -n '__fish_seen_subcommand_from ${running.join(' ')}; and __socketpair_behind_dashes' -a '(__socketpair_commands)'
${lines.join('\n')}
`
}

function fishOf({ name, summary, options, argument }: Command): string[] {
  const when = `'__fish_seen_subcommand_from ${name}; and not __socketpair_behind_dashes'`
  const head = `complete -c socketpair -n ${when}`
  return [
    `complete -c socketpair -n '__fish_use_subcommand' -a ${name} -d ${fishText(summary)}`,
    ...(argument ? [`${head} -a '${argument.choices.join(' ')}'`] : []),
    ...options.map(({ name: long, short, value, choices, file, help }) => {
      const takes = value === undefined ? '' : file ? ' -r -F' : ' -x'
      const words = choices ? ` -a '${choices.join(' ')}'` : ''
      return `${head}${short ? ` -s ${short}` : ''} -l ${long}${takes}${words} -d ${fishText(help)}`
    }),
  ]
}
