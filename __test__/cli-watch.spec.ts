// `socketpair connect` where somebody watches: --meter and --tee.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { hashOf } from './helpers/digests.ts'
import { END, python, runCli } from './helpers/command-line.ts'
import { type ExecutionContext, test } from './helpers/test.ts'
import { temporaryDirectory } from './helpers/temporary.ts'

const sh = (script: string) => ['sh', '-c', script]

/** Runs two commands with a record; gives how it ended, and the record. */
async function recorded(
  t: ExecutionContext,
  one: readonly string[],
  other: readonly string[],
  ...options: string[]
) {
  const file = path.join(temporaryDirectory(t), 'record')
  const ending = await runCli(t, [
    'connect',
    '--tee',
    file,
    ...options,
    '--',
    ...one,
    '--',
    ...other,
  ])
  return { ending, ...parsed(await readFile(file)) }
}

interface Entry {
  way: string
  data: string | null
}

/** Reads a record by what is said of its form. */
function parsed(record: Buffer): { head: string[]; entries: Entry[] } {
  const [head, entries]: [string[], Entry[]] = [[], []]
  let last = 0
  for (let at = 0; at < record.length;) {
    const newline = record.indexOf(10, at)
    const line = record.toString('utf8', at, newline)
    at = newline + 1
    if (line.startsWith('#')) {
      head.push(line)
      continue
    }
    const [, way = '', length = '', time = ''] =
      /^(1>2|2>1) (\d+|end) (\d+\.\d{6})$/.exec(line) ?? []
    if (way === '' || Number(time) < last) throw new Error(`not of the form: ${line}`)
    last = Number(time)
    if (length === 'end') {
      entries.push({ way, data: null })
      continue
    }
    entries.push({ way, data: record.toString('latin1', at, at + Number(length)) })
    at += Number(length)
    if (record[at++] !== 10) throw new Error('no newline behind the bytes')
  }
  return { head, entries }
}

test('--meter shows one line at the end where there is no terminal, with the totals', async (t) => {
  const one = python(`${END}; end.sendall(b'x' * 3_000_000); end.shutdown(1); end.recv(9)`)
  const other = python(`${END}
while end.recv(65536): pass
end.send(b'1234')`)
  for (const type of ['stream', 'seqpacket']) {
    const pieces =
      type === 'stream'
        ? one
        : python(
            `${END}; [end.send(b'x' * 100_000) for _ in range(30)]; end.shutdown(1); end.recv(9)`,
          )
    const args = ['connect', '--meter', '--type', type, '--', ...pieces, '--', ...other]
    const { code, stdout, stderr } = await runCli(t, args)
    t.deepEqual({ code, stdout }, { code: 0, stdout: '' })
    t.regex(
      stderr,
      /^1>2 3\.00 MB, [\d.,]+ [kMG]?B\/s {3}2>1 4 B, [\d.,]+ [kMG]?B\/s {3}\d+:\d\d\n$/,
    )
  }
})

for (const option of ['--meter', '--tee=/dev/null']) {
  test(`large binary data, half-closes and a slow reader hold with ${option}`, async (t) => {
    const one = python(`${END}
data = random.Random(1).randbytes(20_000_000)
end.sendall(data); end.shutdown(socket.SHUT_WR)
got = hashlib.sha256()
while piece := end.recv(65536): got.update(piece)
sys.exit(got.digest() != hashlib.sha256(data[::-1]).digest())`)
    const other = python(`${END}
data = b''
while piece := end.recv(1 << 20):
    data += piece
    time.sleep(0.001)
end.sendall(data[::-1])`)
    t.is((await runCli(t, ['connect', option, '--', ...one, '--', ...other])).code, 0)
  })
}

test('--tee records who said what, and the end of each', async (t) => {
  const one = sh('echo question; read answer; cat >/dev/null')
  const other = sh('read question; echo "$question" >&2; echo answer')
  const { ending, head, entries } = await recorded(t, one, other)
  t.deepEqual(ending, { code: 0, signal: null, stdout: '', stderr: 'question\n' })
  t.regex(head[0] ?? '', /^# socketpair stream \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  t.deepEqual(head.slice(1), [
    "# 1: sh -c 'echo question; read answer; cat >/dev/null'",
    `# 2: sh -c 'read question; echo "$question" >&2; echo answer'`,
  ])
  t.deepEqual(entries.slice(0, 2), [
    { way: '1>2', data: 'question\n' },
    { way: '2>1', data: 'answer\n' },
  ])
  t.deepEqual(
    entries.slice(2).toSorted((a, b) => a.way.localeCompare(b.way)),
    [
      { way: '1>2', data: null },
      { way: '2>1', data: null },
    ],
  )
})

for (const type of ['seqpacket', 'dgram']) {
  test(`--tee keeps the messages of a ${type} pair apart, empty ones and bytes of any value`, async (t) => {
    const one = python(
      `${END}; [end.send(m) for m in (b'a\\n1>2 3 0.5\\n', b'', bytes(range(256)))]; end.recv(9)`,
    )
    const other = python(
      `${END}; got = [end.recv(999) for _ in range(3)]; end.send(b'%d' % len(got[2]))`,
    )
    const { ending, entries } = await recorded(t, one, other, '--type', type)
    t.is(ending.code, 0)
    t.deepEqual(entries.slice(0, 4), [
      { way: '1>2', data: 'a\n1>2 3 0.5\n' },
      { way: '1>2', data: '' },
      {
        way: '1>2',
        data: Buffer.from(Array.from({ length: 256 }, (_, n) => n)).toString('latin1'),
      },
      { way: '2>1', data: '256' },
    ])
    t.deepEqual(
      entries.slice(4).map(({ data }) => data),
      [null, null],
    )
  })
}

test('--tee records a whole large stream', async (t) => {
  const one = python(
    `os.write(2, b'ready\\n'); data = random.Random(7).randbytes(3_000_000); ${END}; end.sendall(data); print(hashlib.sha256(data).hexdigest(), file=sys.stderr)`,
  )
  const { ending, entries } = await recorded(t, one, sh('cat >/dev/null'), '--meter')
  const said = entries.map(({ way, data }) => (way === '1>2' ? (data ?? '') : '')).join('')
  const digest = hashOf(Buffer.from(said, 'latin1'))
  t.deepEqual(ending.stderr.split('\n').slice(0, 2), ['ready', digest])
  t.regex(ending.stderr, /\n1>2 3\.00 MB, /)
})

test('--tee - is standard output', async (t) => {
  const commands = [...sh('echo hi; read x'), '--', ...sh('read x; exit 0')]
  const { stdout } = await runCli(t, ['connect', '--tee', '-', '--', ...commands])
  t.regex(stdout, /^# socketpair stream .*\n# 1: .*\n# 2: .*\n1>2 3 [\d.]+\nhi\n\n/)
})

test('who says something to a program that has ended hears of it, and it is recorded', async (t) => {
  const one = python(`${END}
try:
    while True: end.send(b'x' * 1000)
except OSError as error: print(error.strerror, file=sys.stderr)`)
  for (const options of [
    ['--meter'],
    ['--tee', '/dev/null'],
    ['--tee', '/dev/null', '-t', 'seqpacket'],
    ['--meter', '-t', 'dgram'],
  ]) {
    const { code, stderr } = await runCli(t, ['connect', ...options, '--', ...one, '--', 'true'])
    t.is(code, 0, options.join(' '))
    t.regex(stderr, /Broken pipe|Connection re(set by peer|fused)|not connected/, options.join(' '))
  }
})

test('a record that cannot be opened starts nothing; one that cannot be written stops nothing', async (t) => {
  const commands = ['--', ...sh('echo ran >&2; echo hi'), '--', ...sh('read x; echo "got $x" >&2')]
  const unopened = await runCli(t, ['connect', '--tee', '/no/such/file', ...commands])
  t.is(unopened.code, 1)
  t.regex(unopened.stderr, /^socketpair: ENOENT.*\n$/)
  const full = await runCli(t, ['connect', '--tee', '/dev/full', ...commands])
  t.is(full.code, 1)
  t.regex(full.stderr, /socketpair connect: the record ends here: ENOSPC/)
  t.regex(full.stderr, /got hi/)
})

test('the status of the programs counts as without watching', async (t) => {
  for (const option of ['--meter', '--tee=/dev/null']) {
    const run = async (one: string, other: string) =>
      (await runCli(t, ['connect', option, '--', ...sh(one), '--', ...sh(other)])).code
    t.is(await run('exit 3', 'true'), 3)
    t.is(
      await run(
        'read pid; while [ -e /proc/$pid ]; do sleep 0.02; done; exit 4',
        'echo $$; exit 5',
      ),
      5,
    )
    t.is(await run('kill -KILL $$', 'true'), 137)
  }
  t.is(
    (await runCli(t, ['connect', '--meter', '--', 'sleep', '100', '--', 'no-such-command'])).code,
    127,
  )
})
