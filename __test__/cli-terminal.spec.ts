// The command line in a terminal: what is drawn there, and Ctrl-C.
import { CLI, inTerminal, isRunning, python, runCli } from './helpers/command-line.ts'
import { test } from './helpers/test.ts'

const cli = (...args: readonly string[]) => [process.execPath, CLI, ...args]
const CTRL_C = '\u0003'
const ESCAPE = '\u001B'
const REDRAWN = '\r1>2 '

/** Says its pid, and after Ctrl-C what it was sent until it had cleaned up. A signal just before a sleep does not end it. */
const CAREFUL = `
try:
    os.write(2, b'pid %d\\n' % os.getpid())
    while True: time.sleep(0.01)
except KeyboardInterrupt:
    try:
        time.sleep(0.3)
        os.write(2, b'cleaned up\\n')
    except KeyboardInterrupt: os.write(2, b'hit twice\\n')
    sys.exit(130)`

test('--meter is drawn again and again in one line, at most ten times a second', async (t) => {
  const one = python(`
for _ in range(20): os.write(1, b'x' * 100_000); time.sleep(0.1)`)
  const command = cli('connect', '--meter', '--', ...one, '--', 'sh', '-c', 'cat >/dev/null')
  const { output, status, times } = await inTerminal(t, command)
  t.is(status, 0)
  const drawn = output.split(REDRAWN).slice(1)
  t.true(drawn.length >= 5, output)
  t.true(drawn.length <= 3 + (times.at(-1) ?? 0) * 10, `${drawn.length} in ${times.at(-1)} s`)
  // In place: no line but the last one ends.
  t.is(output.indexOf('\n'), output.length - 1)
  for (const line of drawn)
    t.regex(
      line.replace(`${ESCAPE}[K`, '|'),
      /^[\d.,]+ [kM]?B, [\d.,]+ [kM]?B\/s {3}2>1 0 B, 0 B\/s {3}0:\d\d\|\s*$/,
    )
  t.regex(drawn.at(-1) ?? '', /^2\.00 MB, /)
})

for (const options of [[], ['--meter']]) {
  test(`Ctrl-C ends both programs of connect ${options.join(' ')}, and each is hit once`, async (t) => {
    const command = cli('connect', ...options, '--', ...python(CAREFUL), '--', ...python(CAREFUL))
    const { output, status } = await inTerminal(t, command, [
      { until: String.raw`pid \d+.*pid \d+` },
      { send: CTRL_C },
    ])
    t.is(status, 130)
    t.is(output.match(/cleaned up/g)?.length, 2, output)
    t.false(output.includes('hit twice'))
    const pids = [...output.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid))
    t.deepEqual([pids.length, pids.filter(isRunning)], [2, []])
  })
}

/** Says its pid and each SIGINT; takes longer than a second to end after the first. */
const COUNTING = `
hits = 0
def hit(number, frame):
    global hits
    hits += 1
    os.write(2, b'hit %d\\n' % hits)
signal.signal(signal.SIGINT, hit)
os.write(2, b'pid %d\\n' % os.getpid())
while not hits: time.sleep(0.01)
until = time.monotonic() + 2.5
while time.monotonic() < until: time.sleep(0.01)
os.write(2, b'cleaned up\\n')`

const countHits = (output: string) => output.match(/hit \d/g)?.toSorted()

for (const subcommand of ['run', 'connect']) {
  const command = () => {
    const program = python(COUNTING)
    const programs = subcommand === 'run' ? program : [...program, '--', ...program]
    return cli(subcommand, '--', ...programs)
  }
  const each = (text: string) => Array.from({ length: subcommand === 'run' ? 1 : 2 }, () => text)
  const started = { until: each(String.raw`pid \d+`).join('.*') }

  test(`a program of ${subcommand} that takes seconds to clean up is hit once by one Ctrl-C`, async (t) => {
    const { output, status } = await inTerminal(t, command(), [started, { send: CTRL_C }])
    t.is(status, 130)
    t.is(output.match(/cleaned up/g)?.length, each('').length, output)
    t.deepEqual(countHits(output), each('hit 1'))
  })

  test(`a program of ${subcommand} is hit twice by two Ctrl-C`, async (t) => {
    const { output, status } = await inTerminal(t, command(), [
      started,
      { send: CTRL_C },
      { until: each('hit 1').join('.*') },
      { send: CTRL_C },
    ])
    t.is(status, 130)
    t.deepEqual(countHits(output), [...each('hit 1'), ...each('hit 2')])
  })

  test(`a program of ${subcommand} is hit once where no standard stream is the terminal`, async (t) => {
    const cat = '(trap "" INT; exec cat)'
    const script = `trap : INT; "$@" 2>&1 </dev/null >/dev/null | ${cat}`
    const piped = ['sh', '-c', script, 'sh', ...command()]
    const { output } = await inTerminal(t, piped, [started, { send: CTRL_C }])
    t.deepEqual(countHits(output), each('hit 1'))
  })
}

test('a SIGINT for a job in the background is not of the terminal, and is passed on', async (t) => {
  const source = `
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    os.kill(os.getppid(), signal.SIGINT)
    while True: time.sleep(0.01)
except KeyboardInterrupt: os.write(2, b'told\\n')`
  const script = '"$@" </dev/null & wait $!; echo "status $?"'
  const command = ['sh', '-m', '-c', script, 'sh', ...cli('run', '--', ...python(source))]
  const { output } = await inTerminal(t, command)
  t.is(output, 'told\r\nstatus 130\r\n')
})

test('who does not hear Ctrl-C from the terminal hears it from us', async (t) => {
  // In a process group of its own, where the terminal's does not reach.
  const source = `os.setpgid(0, 0)\n${CAREFUL}`
  const command = cli('connect', '--', ...python(source), '--', ...python(source))
  const { output, status } = await inTerminal(t, command, [
    { until: String.raw`pid \d+.*pid \d+` },
    { send: CTRL_C },
  ])
  t.is(status, 130)
  t.is(output.match(/cleaned up/g)?.length, 2, output)
})

test('run talks with a person: lines, Ctrl-D as the end', async (t) => {
  const steps = [{ send: 'b\n' }, { send: 'a\n' }, { until: 'a' }, { send: '\u0004' }]
  const { output, status } = await inTerminal(t, cli('run', '--', 'sort'), steps)
  t.is(status, 0)
  t.true(output.endsWith('a\r\nb\r\n'), output)
})

test('run ends with its command while somebody could still type', async (t) => {
  const { output, status } = await inTerminal(t, cli('run', '--', 'sh', '-c', 'echo said; exit 3'))
  t.deepEqual([output, status], ['said\r\n', 3])
})

test('colours are for terminals, and not where NO_COLOR is set', async (t) => {
  const coloured = new RegExp(String.raw`${ESCAPE}\[\d+m`)
  t.regex((await inTerminal(t, cli('doctor'))).output, coloured)
  t.notRegex((await inTerminal(t, cli('doctor'), [], { NO_COLOR: '1' })).output, coloured)
  t.notRegex((await inTerminal(t, cli('doctor'), [], { TERM: 'dumb' })).output, coloured)
  t.notRegex((await runCli(t, ['doctor'])).stdout, coloured)
})

test('bench shows how far it is, and Ctrl-C ends it and its programs', async (t) => {
  const { output, status } = await inTerminal(t, cli('bench', '--time', '20000'), [
    { until: 'round 1 of 5: ' },
    { send: CTRL_C },
  ])
  t.is(status, 130)
  t.false(output.includes('better'))
})
