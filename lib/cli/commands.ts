/** The subcommands as data: what is parsed, shown as help and completed comes from here. */
import type { Invocation } from './options.js'

/** An option of a subcommand. */
export interface Option {
  /** Its long name, without the dashes. */
  readonly name: string
  readonly short?: string
  /** What its value is called in the help; one without takes no value. */
  readonly value?: string
  /** The words that its value can be. */
  readonly choices?: readonly string[]
  /** Whether its value is the name of a file. */
  readonly file?: boolean
  readonly help: string
}

/** A subcommand. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** What stands behind its name. */
  readonly usage: string
  readonly description: string
  readonly options: readonly Option[]
  /** How many commands follow `--`. */
  readonly commands?: number
  /** A word that it needs. */
  readonly argument?: { readonly name: string; readonly choices: readonly string[] }
  readonly examples: readonly string[]
  /** Does it; gives the exit status. */
  run(invocation: Invocation): Promise<number>
}

const TYPES = ['stream', 'dgram', 'seqpacket']

const TYPE: Option = {
  name: 'type',
  short: 't',
  value: 'TYPE',
  choices: TYPES,
  help: `of the pair: ${TYPES.join(', ')} (stream)`,
}
const HELP: Option = { name: 'help', short: 'h', help: 'show this help' }
const JSON_FORM: Option = { name: 'json', help: 'print JSON' }

/** The shells for which there are completions. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const

/** All of them, in the order of the help. */
export const commands: readonly Command[] = [
  {
    name: 'connect',
    summary: 'run two programs, connected both ways',
    usage: '[OPTION…] -- COMMAND1 [ARGUMENT…] -- COMMAND2 [ARGUMENT…]',
    description: `Runs two programs with one end of a pair each as standard input and standard output: the
two-way pipe that shells lack. Ends when both have ended.

Each has to read what the other writes: one whose output the other does not read waits for
ever when the pair is full. Send such output elsewhere, as the second example does.

Without --meter and --tee no byte passes through this process: the programs have the two
ends of one pair. With either there are two pairs and everything is moved between them;
descriptors and credentials in messages don't cross then.

Exit status: that of the command that failed first, 0 if none did.`,
    commands: 2,
    options: [
      TYPE,
      {
        name: 'fd',
        short: 'f',
        value: 'NUMBER',
        help: 'give the end as this descriptor instead; the standard streams are ours then',
      },
      {
        name: 'meter',
        short: 'm',
        help: 'show rate and totals, both ways, on standard error',
      },
      {
        name: 'tee',
        value: 'FILE',
        file: true,
        help: 'record what is said, both ways, in FILE; - is standard output',
      },
      {
        name: 'separator',
        value: 'WORD',
        help: 'what stands between the commands, if one has a -- of its own (--)',
      },
      HELP,
    ],
    examples: [
      'socketpair connect -- ssh host engine -- ./engine',
      'socketpair connect --meter -- cat disk.img -- sh -c "gzip > disk.img.gz"',
      'socketpair connect --tee talk.txt -- ./client -- ./server',
    ],
    run: async (invocation) => (await import('./connect.js')).connect(invocation),
  },
  {
    name: 'run',
    summary: 'run a program on one end, with the other as standard input and output',
    usage: '[OPTION…] -- COMMAND [ARGUMENT…]',
    description: `Runs a program with one end of a pair as its standard input and standard output. The other
end is ours: standard input goes to the program, what the program says to standard output.
The end of standard input ends what the program can read, and it can still answer; a
datagram pair has no such end.

On a pair of messages each line, with its newline, is one message; what is longer than
64 KiB is cut into several. Messages are printed as they are.

Exit status: that of the command.`,
    commands: 1,
    options: [
      TYPE,
      {
        name: 'fd',
        short: 'f',
        value: 'NUMBER',
        help: 'give the end as this descriptor instead; standard input is empty then, and\nstandard output goes to standard error',
      },
      HELP,
    ],
    examples: [
      'socketpair run -- sort < names.txt',
      'socketpair run --type seqpacket --fd 3 -- ./server',
    ],
    run: async (invocation) => (await import('./run.js')).run(invocation),
  },
  {
    name: 'doctor',
    summary: 'show what this system supports',
    usage: '[OPTION…]',
    description: `Shows what this system supports, each found out by trying: types, flags, descriptors and
credentials in messages, buffer sizes, the largest message; and the versions of all that
matters.

Exit status: 0, or 1 if no pair can be made here.`,
    options: [JSON_FORM, HELP],
    examples: ['socketpair doctor', 'socketpair doctor --json'],
    run: async (invocation) => (await import('./doctor.js')).doctor(invocation),
  },
  {
    name: 'bench',
    summary: 'measure this package, net.Socket and C on this machine',
    usage: '[OPTION…]',
    description: `Measures pairs between two processes on this machine, side by side in rounds of random
order: this package, node:net over the same pair and, where there is a C compiler, plain C.
Each figure is the median of the rounds; times is this package's figure against the other,
above 1 where this package is the better one.

Exit status: 0, or 1 if something could not be measured.`,
    options: [
      { name: 'rounds', short: 'r', value: 'NUMBER', help: 'how many rounds (5)' },
      { name: 'time', value: 'MS', help: 'milliseconds that each run is measured (200)' },
      JSON_FORM,
      HELP,
    ],
    examples: ['socketpair bench', 'socketpair bench --rounds 20 --json'],
    run: async (invocation) => (await import('./bench.js')).bench(invocation),
  },
  {
    name: 'completion',
    summary: 'print completions for a shell',
    usage: SHELLS.join('|'),
    description: `Prints a script that completes this command line in a shell. Load it where the shell starts:

  bash   source <(socketpair completion bash)        in ~/.bashrc
  zsh    source <(socketpair completion zsh)         in ~/.zshrc, after compinit
  fish   socketpair completion fish | source         in ~/.config/fish/config.fish`,
    argument: { name: 'SHELL', choices: SHELLS },
    options: [HELP],
    examples: [],
    run: async (invocation) => (await import('./completion.js')).completion(invocation),
  },
]

/** The subcommand of that name. */
export function commandNamed(name: string): Command | undefined {
  return commands.find((command) => command.name === name)
}
