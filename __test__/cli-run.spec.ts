// `socketpair run`: one program, and our standard input and output at the other end.
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { hashOf, randomBytes } from './helpers/digests.ts'
import { END, endingOf, python, runCli, startCli } from './helpers/command-line.ts'
import { temporaryFile } from './helpers/temporary.ts'
import { test } from './helpers/test.ts'

const sh = (script: string) => ['sh', '-c', script]

test('the end of standard input is a half-close, and the answer still comes', async (t) => {
  const { code, stdout, stderr } = await runCli(t, ['run', '--', 'sort'], { input: 'b\na\n' })
  t.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'a\nb\n', stderr: '' })
})

test('large binary data goes through both ways', async (t) => {
  const input = randomBytes(20_000_000)
  const { code, stdout } = await runCli(t, ['run', '--', 'cat'], { input })
  t.is(code, 0)
  t.is(hashOf(Buffer.from(stdout, 'latin1')), hashOf(input))
})

test('a slow reader stops the program, and nothing is lost or piled up', async (t) => {
  // It says how much of 50 MB it could write while nobody read.
  const source = `${END}
end.setblocking(False)
sent = 0
while sent < 50_000_000:
    try: sent += os.write(1, b'x' * 65536)
    except BlockingIOError:
        time.sleep(0.3)
        try: sent += os.write(1, b'x' * 65536)
        except BlockingIOError: break
print(sent, file=sys.stderr)
end.setblocking(True)
end.sendall(b'y' * (50_000_000 - sent))`
  const child = startCli(t, ['run', '--', ...python(source)])
  const [told] = (await once(child.stderr!, 'data')) as [Buffer]
  t.true(Number(told.toString()) < 5_000_000, told.toString())
  const { code, stdout } = await endingOf(child)
  t.is(code, 0)
  t.is(stdout.length, 50_000_000)
})

test('a slow program stops who writes to it', async (t) => {
  const child = startCli(t, ['run', '--', ...python(`os.write(2, b'up'); time.sleep(1000)`)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  await once(child.stderr!, 'data')
  child.stdin!.on('error', () => {})
  for (let sent = 0; sent < 20_000_000; sent += 100_000) child.stdin!.write(Buffer.alloc(100_000))
  // More never goes, however long one waits; so it is looked at twice.
  let last = -1
  while (last !== child.stdin!.writableLength || last === 20_000_000) {
    last = child.stdin!.writableLength
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  t.true(last > 15_000_000, `${last} of 20 MB wait here`)
})

test('the exit status is that of the command', async (t) => {
  t.is((await runCli(t, ['run', '--', ...sh('exit 7')])).code, 7)
  t.is((await runCli(t, ['run', '--', ...sh('kill -TERM $$')])).code, 143)
  const missing = await runCli(t, ['run', '--', 'no-such-command'])
  t.deepEqual(
    [missing.code, missing.stderr],
    [127, 'socketpair: no-such-command: command not found\n'],
  )
  t.is((await runCli(t, ['run', '--', '/etc/passwd'])).code, 126)
})

test('arguments reach the command as they are, a -- of its own too', async (t) => {
  const { stdout } = await runCli(t, ['run', '--', 'printf', '%s|', '--', '--type', '$HOME', ''])
  t.is(stdout, '--|--type|$HOME||')
})

test('it ends with the command while standard input goes on', async (t) => {
  const child = startCli(t, ['run', '--', ...sh('echo said; exit 3')], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const { code, stdout } = await endingOf(child)
  t.deepEqual({ code, stdout }, { code: 3, stdout: 'said\n' })
  child.stdin!.destroy()
})

test('the end of what the command says ends standard output while it goes on', async (t) => {
  const source = `${END}; end.sendall(b'all'); end.shutdown(socket.SHUT_WR); sys.exit(int(end.recv(9)))`
  const child = startCli(t, ['run', '--', ...python(source)], { stdio: ['pipe', 'pipe', 'pipe'] })
  let stdout = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  await once(child.stdout!, 'end')
  t.is(stdout, 'all')
  t.is(child.exitCode, null)
  child.stdin!.end('9')
  const [code] = await once(child, 'close')
  t.is(code, 9)
})

test('a command that stops reading ends our standard input for who writes there', async (t) => {
  const source = `${END}; end.shutdown(socket.SHUT_RD); os.write(2, b'shut'); time.sleep(1000)`
  const child = startCli(t, ['run', '--', ...python(source)], { stdio: ['pipe', 'pipe', 'pipe'] })
  await once(child.stderr!, 'data')
  const failed = new Promise<NodeJS.ErrnoException>((resolve) => child.stdin!.on('error', resolve))
  const writing = setInterval(() => child.stdin!.write('x'), 5)
  const { code } = await failed
  clearInterval(writing)
  t.is(code, 'EPIPE')
  t.is(child.exitCode, null)
})

test('it ends quietly when nobody reads its standard output', async (t) => {
  const source = `${END}
try:
    while True: end.sendall(b'x' * 1000)
except OSError: sys.exit(6)`
  for (const type of ['stream', 'seqpacket', 'dgram']) {
    const child = startCli(t, ['run', '--type', type, '--', ...python(source)])
    await once(child.stdout!, 'data')
    child.stdout!.destroy()
    let stderr = ''
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const [code] = await once(child, 'close')
    t.deepEqual([code, stderr], [6, ''], type)
  }
})

for (const type of ['seqpacket', 'dgram']) {
  test(`on a ${type} pair a line is a message, and the last one needs no newline`, async (t) => {
    const source = `${END}; got = [end.recv(99) for _ in range(3)]; [end.send(m) for m in got + [b'', b'and more']]; print(got, file=sys.stderr)`
    const input = 'one\n\nthree'
    const { code, stdout, stderr } = await runCli(
      t,
      ['run', '--type', type, '--', ...python(source)],
      { input },
    )
    t.deepEqual(
      { code, stdout, stderr },
      { code: 0, stdout: `${input}and more`, stderr: "[b'one\\n', b'\\n', b'three']\n" },
    )
  })

  test(`long lines and binary data go through a ${type} pair in pieces, whole`, async (t) => {
    const input = Buffer.concat([Buffer.alloc(1_000_000, 'x'), randomBytes(1_000_000)])
    const source = `${END}; left = 2_000_000
while left:
    got = end.recv(1 << 20); assert len(got) <= 65536; left -= len(got); end.send(got)`
    const { code, stdout } = await runCli(t, ['run', '--type', type, '--', ...python(source)], {
      input,
    })
    t.is(code, 0)
    t.is(hashOf(Buffer.from(stdout, 'latin1')), hashOf(input))
  })
}

test('--fd leaves standard output for the pair alone', async (t) => {
  const script = 'cat <&3 >&3; echo aside; cat'
  const { code, stdout, stderr } = await runCli(t, ['run', '--fd', '3', '--', ...sh(script)], {
    input: 'in',
  })
  t.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'in', stderr: 'aside\n' })
})

test('what a process says that the command left behind is waited for', async (t) => {
  const script = '(sleep 0.3; echo late) & echo early'
  const { code, stdout } = await runCli(t, ['run', '--', ...sh(script)])
  t.deepEqual({ code, stdout }, { code: 0, stdout: 'early\nlate\n' })
})

test('standard input that cannot be read is told, and is no hang', async (t) => {
  const file = await open(temporaryFile(t, ''), 'w')
  const child = startCli(t, ['run', '--', 'cat'], { stdio: [file.fd, 'pipe', 'pipe'] })
  await file.close()
  const { code, stderr } = await endingOf(child)
  t.is(code, 1)
  t.regex(stderr, /^socketpair run: standard input: EBADF/)
})
