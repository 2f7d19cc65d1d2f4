// `socketpair connect` where nobody watches: two programs, the two ends of one pair, and nothing between.
import { END, isRunning, python, runCli, statusOf } from './helpers/command-line.ts'
import { test } from './helpers/test.ts'

const connect = (one: readonly string[], other: readonly string[], ...options: string[]) => [
  'connect',
  ...options,
  '--',
  ...one,
  '--',
  ...other,
]
const sh = (script: string) => ['sh', '-c', script]

test('two programs talk both ways over standard input and output', async (t) => {
  const one = sh('echo question; read answer; echo "one got $answer" >&2')
  const other = sh('read question; echo "two got $question" >&2; echo answer')
  const { code, stdout, stderr } = await runCli(t, connect(one, other))
  t.deepEqual({ code, stdout }, { code: 0, stdout: '' })
  t.deepEqual(stderr, 'two got question\none got answer\n')
})

test('--fd gives the end elsewhere and leaves the standard streams', async (t) => {
  const one = sh('echo question >&5; read answer <&5; echo "one got $answer"')
  const other = sh('read question <&5; echo answer >&5; echo "two got $question" >&2; cat')
  const { code, stdout, stderr } = await runCli(t, connect(one, other, '--fd', '5'), {
    input: 'from outside\n',
  })
  t.is(code, 0)
  t.deepEqual(stdout.split(/(?<=\n)/).toSorted(), ['from outside\n', 'one got answer\n'].toSorted())
  t.is(stderr, 'two got question\n')
})

for (const type of ['seqpacket', 'dgram']) {
  test(`--type ${type} keeps messages apart, empty ones too`, async (t) => {
    const one = python(
      `${END}; [end.send(m) for m in (b'one', b'', b'three')]; print(end.recv(9), file=sys.stderr)`,
    )
    const other = python(
      `${END}; print([end.recv(9) for _ in range(3)], file=sys.stderr, flush=True); end.send(b'all')`,
    )
    const { code, stderr } = await runCli(t, connect(one, other, '--type', type))
    t.deepEqual({ code, stderr }, { code: 0, stderr: "[b'one', b'', b'three']\nb'all'\n" })
  })
}

test('large binary data goes both ways at once', async (t) => {
  // Each sends while it receives, and says what it got.
  const source = `
import threading
mine, theirs = sys.argv[1:]
data = random.Random(mine).randbytes(20_000_000)
${END}
def send():
    end.sendall(data)
    end.shutdown(socket.SHUT_WR)
threading.Thread(target=send).start()
got = hashlib.sha256()
while piece := end.recv(65536): got.update(piece)
sys.exit(got.digest() != hashlib.sha256(random.Random(theirs).randbytes(20_000_000)).digest())`
  t.is(await statusOf(t, connect(python(source, 'a', 'b'), python(source, 'b', 'a'))), 0)
})

test('the ends are blocking, of one pair, and nobody else has them', async (t) => {
  // The sockets of the process above, and the flags and the environment here.
  const source = `
def sockets(pid): return [n for n in (os.readlink(f'/proc/{pid}/fd/{fd}') for fd in os.listdir(f'/proc/{pid}/fd')
    if os.path.lexists(f'/proc/{pid}/fd/{fd}')) if n.startswith('socket:')]
own = [os.fstat(fd).st_ino for fd in (0, 1)]
print(json.dumps({
  'same': own[0] == own[1],
  'blocking': not fcntl.fcntl(0, fcntl.F_GETFL) & os.O_NONBLOCK,
  'others': [fd for fd in range(3, 100) if os.path.exists(f'/proc/self/fd/{fd}')],
  'above': f'socket:[{own[0]}]' in sockets(os.getppid()),
  'told': [os.environ['SOCKETPAIR_FD'], os.environ.get('SOCKETPAIR_FDS')],
}), file=sys.stderr)
os.write(1, b'x'); os.read(0, 1)`
  const { code, stderr } = await runCli(t, connect(python(source), python(source)), {
    env: { SOCKETPAIR_FD: '77', SOCKETPAIR_FDS: 'old=77' },
  })
  t.is(code, 0)
  const expected = { same: true, blocking: true, others: [], above: false, told: ['0', null] }
  const told = stderr.trim().split('\n')
  t.deepEqual(
    told.map((line) => JSON.parse(line) as unknown),
    [expected, expected],
  )
})

test('--separator is for commands with a -- of their own', async (t) => {
  const one = ['printf', '--', 'hello']
  const other = sh('read word; echo "$word" >&2; exit 7')
  const args = ['connect', '--separator', '::', '--', ...one, '::', ...other]
  const { code, stderr } = await runCli(t, args)
  t.deepEqual({ code, stderr }, { code: 7, stderr: 'hello\n' })
})

test('the exit status is that of the first to fail, not of the first that was named', async (t) => {
  t.is(await statusOf(t, connect(['true'], ['true'])), 0)
  t.is(await statusOf(t, connect(['true'], sh('exit 3'))), 3)
  // It fails when nothing is left of the other.
  const first = sh('echo $$; exit 5')
  const second = sh('read pid; while [ -e /proc/$pid ]; do sleep 0.02; done; exit 4')
  t.is(await statusOf(t, connect(first, second)), 5)
  t.is(await statusOf(t, connect(second, first)), 5)
})

test('a program that a signal ends gives 128 and its number', async (t) => {
  t.is(await statusOf(t, connect(sh('kill -TERM $$'), ['true'])), 143)
  t.is(await statusOf(t, connect(['true'], sh('kill -KILL $$'))), 137)
})

test('status 127 for a command that is not found, 126 for one that is none; the other is ended', async (t) => {
  const waiting = python(`print(os.getpid(), file=sys.stderr, flush=True); time.sleep(1000)`)
  for (const [name, status, message] of [
    ['no-such-command', 127, 'no-such-command: command not found'],
    ['/etc/passwd', 126, '/etc/passwd: permission denied'],
    ['/', 126, '/: permission denied'],
  ] as const) {
    const first = await runCli(t, connect([name], waiting))
    t.deepEqual(first, {
      code: status,
      signal: null,
      stdout: '',
      stderr: `socketpair: ${message}\n`,
    })
    const second = await runCli(t, connect(waiting, [name]))
    t.is(second.code, status)
    t.true(second.stderr.endsWith(`socketpair: ${message}\n`))
    // It may have been ended before it could say anything.
    const [pid] = /^\d+/.exec(second.stderr) ?? []
    if (pid !== undefined) t.false(isRunning(Number(pid)))
  }
})

test('a Node program finds its end with inheritedSocket()', async (t) => {
  const source = `import { inheritedSocket } from 'socketpair'
    const end = inheritedSocket()
    await end.send(end.type)
    console.error(String((await end.recv()).data))`
  const one = [process.execPath, '--input-type=module', '--eval', source]
  const other = python(`${END}; end.send(b'got ' + end.recv(99))`)
  const { code, stderr } = await runCli(t, connect(one, other, '-t', 'seqpacket'))
  t.deepEqual({ code, stderr }, { code: 0, stderr: 'got seqpacket\n' })
})
