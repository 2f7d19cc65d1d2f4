// `socketpair` itself: help, version, and what it says to a command line that is wrong.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { CLI, runCli, startCli } from './helpers/command-line.ts'
import { test } from './helpers/test.ts'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
const NAMES = ['connect', 'run', 'doctor', 'bench', 'completion']

test('--help names every subcommand, and each has help of its own', async (t) => {
  const overview = await runCli(t, ['--help'])
  t.deepEqual({ ...overview, stdout: '' }, { code: 0, signal: null, stdout: '', stderr: '' })
  t.deepEqual(await runCli(t, ['-h']), overview)
  t.deepEqual(await runCli(t, ['help']), overview)
  for (const name of NAMES) {
    t.regex(overview.stdout, new RegExp(`^  ${name} +\\S`, 'm'))
    const help = await runCli(t, [name, '--help'])
    t.deepEqual({ ...help, stdout: '' }, { code: 0, signal: null, stdout: '', stderr: '' })
    t.true(help.stdout.startsWith(`Usage: socketpair ${name} `), help.stdout)
    t.deepEqual(await runCli(t, ['help', name]), help)
    t.deepEqual(await runCli(t, [name, '-h']), help)
  }
})

test('the help fits a terminal of 100 columns', async (t) => {
  for (const args of [['--help'], ...NAMES.map((name) => [name, '--help'])]) {
    const { stdout } = await runCli(t, args)
    const long = stdout
      .split('\n')
      .filter((line) => Buffer.from(line, 'latin1').toString().length > 100)
    t.deepEqual(long, [], args.join(' '))
  }
})

test('--version is that of the package', async (t) => {
  const expected = { code: 0, signal: null, stdout: `${version}\n`, stderr: '' }
  t.deepEqual(await runCli(t, ['--version']), expected)
  t.deepEqual(await runCli(t, ['-V']), expected)
})

const wrong: [args: string[], message: string][] = [
  [[], 'socketpair: which command?'],
  [['conect'], "socketpair: unknown command 'conect'; did you mean 'connect'?"],
  [['xyzzy'], "socketpair: unknown command 'xyzzy'"],
  [['--verison'], "socketpair: unknown option '--verison'; did you mean '--version'?"],
  [['help', 'rnu'], "socketpair: unknown command 'rnu'; did you mean 'run'?"],
  [
    ['connect', '--metr', '--', 'a', '--', 'b'],
    "socketpair connect: unknown option '--metr'; did you mean '--meter'?",
  ],
  [['connect', '-x', '--', 'a', '--', 'b'], "socketpair connect: unknown option '-x'"],
  [['connect'], 'socketpair connect: no command: expected -- COMMAND1 -- COMMAND2'],
  [
    ['connect', '--', 'a'],
    'socketpair connect: only one command: expected -- COMMAND1 -- COMMAND2',
  ],
  [
    ['connect', '--', '--', 'b'],
    'socketpair connect: command 1 is empty: expected -- COMMAND1 -- COMMAND2',
  ],
  [
    ['connect', '--', 'a', '--', 'b', '--', 'c'],
    "socketpair connect: 3 commands instead of 2: where one has a '--' of its own, name another --separator",
  ],
  [
    ['connect', 'a', '--', 'b'],
    "socketpair connect: unexpected argument 'a': a command stands behind '--'",
  ],
  [
    ['connect', '--type', 'strem', '--', 'a', '--', 'b'],
    "socketpair connect: option '--type' is one of stream, dgram, seqpacket, not 'strem'; did you mean 'stream'?",
  ],
  [['connect', '--tee', '--', 'a', '--', 'b'], "socketpair connect: option '--tee' needs FILE"],
  [
    ['connect', '--meter=1', '--', 'a', '--', 'b'],
    "socketpair connect: option '--meter' takes no value",
  ],
  [
    ['connect', '--fd', '-1', '--', 'a', '--', 'b'],
    "socketpair connect: option '--fd' is a whole number from 0 to 65535, not '-1'",
  ],
  [['run', '--'], 'socketpair run: the command is empty: expected -- COMMAND'],
  [['doctor', 'now'], "socketpair doctor: unexpected argument 'now'"],
  [
    ['bench', '--rounds', '0'],
    "socketpair bench: option '--rounds' is a whole number from 1 to 1000000, not '0'",
  ],
  [['completion'], 'socketpair completion: SHELL is missing: bash, zsh, fish'],
  [
    ['completion', 'fis'],
    "socketpair completion: SHELL is one of bash, zsh, fish, not 'fis'; did you mean 'fish'?",
  ],
]

for (const [args, message] of wrong) {
  test(`status 2, what is wrong and where to find help: ${args.join(' ')}`, async (t) => {
    const name = message.slice(0, message.indexOf(':'))
    const stderr = `${message}\nTry '${name} --help'.\n`
    t.deepEqual(await runCli(t, args), { code: 2, signal: null, stdout: '', stderr })
  })
}

test('help and version load neither the addon nor the library', async (t) => {
  // One line on stderr at the exit: what is loaded besides the executable.
  const source = `process.on('exit', () => {
    process.report.excludeNetwork = true
    const { sharedObjects } = process.report.getReport()
    process.stderr.write(sharedObjects.filter((path) => path.endsWith('.node')).length + ' addons')
  })`
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(source)}` }
  t.is((await runCli(t, ['connect', '--help'], { env })).stderr, '0 addons')
  t.is((await runCli(t, ['doctor', '--json'], { env })).stderr, '1 addons')
})

test('who stops reading the help ends it quietly', async (t) => {
  const child = startCli(t, ['--help'])
  child.stdout?.destroy()
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = await once(child, 'close')
  t.is(stderr, '')
  t.true(code === 141 || code === 0, `status ${code}`) // 0 where all was written before
})

test('the file can be executed by itself', async (t) => {
  const child = spawn(CLI, ['--version'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = await once(child, 'close')
  t.deepEqual([code, output], [0, `${version}\n`])
})
