// Signals that reach `socketpair`: passed on to its programs, which are waited for.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { endingOf, isRunning, python, startCli } from './helpers/command-line.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Tells its pid, waits, and takes its time when a signal comes. */
const CAREFUL = `
def end(number, frame):
    time.sleep(0.2)
    os.write(2, b'ended by %d\\n' % number)
    sys.exit(3)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, end)
os.write(2, b'pid %d\\n' % os.getpid())
while True: time.sleep(0.01)`
const PLAIN = `os.write(2, b'pid %d\\n' % os.getpid())\ntime.sleep(1000)`

/** Waits until so many programs have told their pid. */
async function pidsOf(child: ChildProcess, count: number): Promise<number[]> {
  let text = ''
  for (;;) {
    const [piece] = (await once(child.stderr!, 'data')) as [string]
    text += piece
    const pids = [...text.matchAll(/^pid (\d+)$/gm)].map(([, pid]) => Number(pid))
    if (pids.length === count) return pids
  }
}

/** Starts it, waits for its programs, sends it the signal. */
async function interrupted(
  t: ExecutionContext,
  signal: NodeJS.Signals,
  args: readonly string[],
  count: number,
) {
  const child = startCli(t, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stderr!.setEncoding('utf8')
  const pids = await pidsOf(child, count)
  const ended = endingOf(child)
  child.kill(signal)
  const ending = await ended
  child.stdin!.destroy()
  return { ...ending, left: pids.filter(isRunning) }
}

for (const signal of SIGNALS) {
  const number = constants.signals[signal]
  for (const options of [[], ['--meter'], ['--tee', '/dev/null'], ['--type', 'dgram', '--meter']]) {
    test(`${signal} ends both programs of connect ${options.join(' ')}, each in its own time`, async (t) => {
      const careful = python(CAREFUL)
      const args = ['connect', ...options, '--', ...careful, '--', ...careful]
      const { code, stderr, left } = await interrupted(t, signal, args, 2)
      t.deepEqual([code, left], [128 + number, []])
      t.is(stderr.match(new RegExp(`^ended by ${number}$`, 'gm'))?.length, 2)
    })
  }

  test(`${signal} ends the program of run`, async (t) => {
    const careful = await interrupted(t, signal, ['run', '--', ...python(CAREFUL)], 1)
    t.deepEqual(
      [careful.code, careful.left, careful.stderr],
      [128 + number, [], `ended by ${number}\n`],
    )
    const plain = await interrupted(t, signal, ['run', '--', ...python(PLAIN)], 1)
    t.deepEqual([plain.code, plain.left], [128 + number, []])
  })
}

test('a signal ends run while nobody reads its output', async (t) => {
  const source = `os.write(2, b'pid %d\\n' % os.getpid())
while True: os.write(1, b'x' * 65536)`
  const child = startCli(t, ['run', '--', ...python(source)])
  child.stderr!.setEncoding('utf8')
  const [pid = 0] = await pidsOf(child, 1)
  child.kill('SIGTERM')
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  // Either is 143 for a shell: Node can't exit while a thread of its writes.
  t.true(code === 143 || signal === 'SIGTERM', `${code} ${signal}`)
  t.false(isRunning(pid))
})

test('a program that ignores a signal goes on, and another signal ends it', async (t) => {
  const source = `signal.signal(signal.SIGHUP, lambda *_: os.write(2, b'no\\n'))
os.write(2, b'pid %d\\n' % os.getpid())
while True: time.sleep(0.01)`
  const child = startCli(t, ['run', '--', ...python(source)], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stderr!.setEncoding('utf8')
  await pidsOf(child, 1)
  child.kill('SIGHUP')
  t.deepEqual(await once(child.stderr!, 'data'), ['no\n'])
  t.is(child.exitCode, null)
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  child.stdin!.destroy()
  t.is(code, 129) // of the first that came
})
