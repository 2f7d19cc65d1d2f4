// `socketpair completion`: in the shells themselves, those that are installed.
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { inTerminal, runCli } from './helpers/command-line.ts'
import { needs } from './helpers/needs.ts'
import { temporaryDirectory } from './helpers/temporary.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const run = promisify(execFile)
const SUBCOMMANDS = ['bench', 'completion', 'connect', 'doctor', 'run']

/** Command lines as somebody has typed them so far, and what could stand at their end. */
const completed: [line: string, words: string[]][] = [
  ['socketpair co', ['completion', 'connect']],
  ['socketpair connect --t', ['--tee', '--type']],
  ['socketpair connect --type s', ['seqpacket', 'stream']],
  ['socketpair connect --meter --type=d', ['dgram']],
  ['socketpair doctor --j', ['--json']],
  ['socketpair completion ', ['bash', 'fish', 'zsh']],
  ['socketpair run -- seque', []],
  ['socketpair run -- basena', ['basename']],
  ['socketpair connect -- cat -- basena', ['basename']],
]

/** Sorted, each once: a command may be in several folders of PATH. */
const unique = (words: readonly string[]) => [...new Set(words)].toSorted()

async function scriptFor(t: ExecutionContext, shell: string): Promise<string> {
  const { code, stdout, stderr } = await runCli(t, ['completion', shell])
  t.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  const file = path.join(temporaryDirectory(t), `completion.${shell}`)
  writeFileSync(file, stdout)
  return file
}

test('bash completes subcommands, options, their values and commands', async (t) => {
  needs('bash')
  const file = await scriptFor(t, 'bash')
  for (const [line, words] of completed) {
    // In bash itself = is a word of its own.
    const typed = line.replace('=', ' = ').split(' ')
    const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _socketpair; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await run('bash', ['--norc', '-c', script, 'bash', file, ...typed])
    t.deepEqual(unique(stdout.split('\n').filter(Boolean)), words, line)
  }
})

test('fish does too', async (t) => {
  needs('fish')
  const file = await scriptFor(t, 'fish')
  for (const [line, words] of completed) {
    const script = `source ${file}; complete -C ${JSON.stringify(line)}`
    const { stdout } = await run('fish', ['--no-config', '-c', script])
    const found = stdout.split('\n').filter(Boolean)
    const plain = found.map((one) => one.split('\t')[0]?.replace(/^--type=/, '') ?? '')
    t.deepEqual(unique(plain), words, line)
  }
})

test('zsh does too, in a terminal', async (t) => {
  needs('zsh')
  const file = await scriptFor(t, 'zsh')
  const single: [typed: string, becomes: string][] = [
    ['socketpair conn', 'socketpair connect '],
    ['socketpair connect --met', 'socketpair connect --meter '],
    ['socketpair connect --type se', 'socketpair connect --type seqpacket '],
    ['socketpair completion z', 'socketpair completion zsh '],
    ['socketpair run -- basena', 'socketpair run -- basename '],
    ['socketpair connect -- cat -- basena', 'socketpair connect -- cat -- basename '],
  ]
  for (const [typed, becomes] of single) {
    const { output } = await inTerminal(
      t,
      ['zsh', '-f', '-i'],
      [
        {
          send: `PS1='ready>'; autoload -U compinit; compinit -D -u; source ${file}; echo lo''aded\n`,
        },
        { until: 'loaded' },
        // What is typed is shown as the line editor sees fit: the line itself is asked for.
        {
          send: `show() { print -r -- "<\${BUFFER}>"; BUFFER=; }; zle -N show; bindkey '^T' show; echo bo''und\n`,
        },
        { until: 'bound' },
        { send: `${typed}\t\u0014` },
        { until: '<socketpair[^>]*>' },
        { send: 'exit\n' },
      ],
    )
    t.true(output.includes(`<${becomes}>`), `${typed}: ${output}`)
  }
})

test('every subcommand is in every script', async (t) => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await runCli(t, ['completion', shell])
    for (const name of SUBCOMMANDS) t.regex(stdout, new RegExp(`\\b${name}\\b`), shell)
  }
})
