// The caller's stdio beside the sockets: what it was is kept, and a descriptor has one use.
import { openSync, closeSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { spawnSync, type StdioOptions } from 'node:child_process'
import { spawn } from 'socketpair'
import { printed, tended } from './helpers/children.ts'
import { put, take } from './helpers/io.ts'
import { TYPES } from './helpers/pairs.ts'
import { commandLine, pythonItself } from './helpers/programs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

/** A file for what a child prints where there is no pipe. */
function outputFile(t: ExecutionContext): { fd: number; text: () => string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'socketpair-'))
  const file = path.join(folder, 'output')
  const fd = openSync(file, 'w')
  t.teardown(() => {
    closeSync(fd)
    rmSync(folder, { recursive: true })
  })
  return { fd, text: () => readFileSync(file, 'utf8') }
}

/** Sends what stands at the first descriptors, as the kernel names it. */
const LOOK = `
import os
def name(fd):
    path = f'/proc/self/fd/{fd}'
    return os.readlink(path) if os.path.exists(path) or os.path.islink(path) else 'none'
os.write(3, ' '.join(name(fd).split(':')[0] for fd in (0, 1, 2, 4, 5)).encode())
`

for (const [form, stdio, expected] of [
  ['nothing', undefined, ['socket', 'socket', 'socket', 'none', 'none']],
  ["'pipe'", 'pipe', ['socket', 'socket', 'socket', 'none', 'none']],
  ["'overlapped'", 'overlapped', ['socket', 'socket', 'socket', 'none', 'none']],
  ["'ignore'", 'ignore', ['/dev/null', '/dev/null', '/dev/null', 'none', 'none']],
  ['an empty array', [], ['socket', 'socket', 'socket', 'none', 'none']],
  ['a short array', ['ignore'], ['/dev/null', 'socket', 'socket', 'none', 'none']],
  [
    'an array with gaps',
    [null, 'ignore', undefined],
    ['socket', '/dev/null', 'socket', 'none', 'none'],
  ],
  [
    'nothing at the slot',
    ['ignore', 'ignore', 'ignore', null],
    ['/dev/null', '/dev/null', '/dev/null', 'none', 'none'],
  ],
  [
    "'ignore' at the slot",
    ['ignore', 'ignore', 'ignore', 'ignore'],
    ['/dev/null', '/dev/null', '/dev/null', 'none', 'none'],
  ],
  [
    'more behind the slot',
    ['ignore', 'ignore', 'ignore', undefined, 'pipe'],
    ['/dev/null', '/dev/null', '/dev/null', 'socket', 'none'],
  ],
] as [string, StdioOptions | undefined, string[]][]) {
  test(`stdio of ${form} is extended by the socket and stays as it is`, async (t) => {
    const { child, socket, ended } = tended(
      t,
      spawn(pythonItself(), ['-c', LOOK], stdio === undefined ? {} : { stdio }),
    )
    t.deepEqual((await take(socket))?.split(' '), expected)
    t.is(child.stdin === null, expected[0] !== 'socket')
    t.is(child.stdout === null, expected[1] !== 'socket')
    t.is(child.stderr === null, expected[2] !== 'socket')
    t.is(child.stdio[3] ?? null, null)
    t.is((child.stdio[4] ?? null) === null, expected[3] !== 'socket')
    t.like(await ended, { code: 0 })
  })
}

for (const type of TYPES) {
  test(`a file, a stream and an inherited descriptor in stdio stand beside a ${type} end`, async (t) => {
    const file = outputFile(t)
    const stdio = ['inherit', file.fd, process.stderr] as const
    const script = 'printf printed; printf sent >&3'
    const { socket, ended } = tended(
      t,
      spawn('sh', ['-c', script], { stdio: [...stdio], socket: { type } }),
    )
    t.is(await take(socket), 'sent')
    t.like(await ended, { code: 0 })
    t.is(file.text(), 'printed')
  })

  test(`'inherit' gives the child this process's own, and a ${type} end`, async (t) => {
    const script = 'for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done'
    const { stdout } = spawnSync('sh', ['-c', script], {
      stdio: ['inherit', 'pipe', 'inherit'],
      encoding: 'utf8',
    })
    const { socket, ended } = tended(
      t,
      spawn('sh', ['-c', `{ ${script}; } | tr '\\n' ' ' >&3`], {
        stdio: 'inherit',
        socket: { type },
      }),
    )
    const [stdin, , stderr] = stdout.split('\n')
    const [seenStdin, , seenStderr] = (await take(socket))?.split(' ') ?? []
    t.deepEqual([seenStdin, seenStderr], [stdin, stderr])
    t.like(await ended, { code: 0 })
  })

  for (const fd of [0, 1, 2]) {
    test(`the child's ${type} end can be ${fd}, as inetd gives it`, async (t) => {
      const answer = outputFile(t)
      const stdio = ['ignore', 'ignore', 'ignore', answer.fd] as (string | number | undefined)[]
      stdio[fd] = undefined
      const { child, socket, ended } = tended(
        t,
        spawn(...commandLine('look.py', [`${fd}`]), {
          stdio: stdio as StdioOptions,
          socket: { type, fd },
          env: { ...process.env, ANSWER: '3' },
        }),
      )
      t.is(child.stdio[fd] ?? null, null)
      t.is(await take(socket), `from ${fd}`)
      t.like(await ended, { code: 0 })
      t.like(JSON.parse(answer.text()), {
        sockets: { [fd]: { type, blocking: true } },
        variables: { SOCKETPAIR_FD: `${fd}` },
      })
    })
  }

  test(`without stdio a ${type} end at 0 leaves pipes at 1 and 2`, async (t) => {
    const { child, socket, ended } = tended(
      t,
      spawn('sh', ['-c', 'head -c 5; printf bad >&2'], { socket: { type, fd: 0 } }),
    )
    t.is(child.stdin, null)
    let stderr = ''
    child.stderr?.on('data', (text) => (stderr += String(text)))
    await put(socket, 'hello')
    t.like(await ended, { code: 0, stdout: 'hello' })
    t.is(stderr, 'bad')
  })
}

test('a slot that stdio uses is refused, and nothing is started', (t) => {
  const used: [StdioOptions, number][] = [
    ['pipe', 0],
    ['ignore', 1],
    ['inherit', 2],
    ['overlapped', 2],
    [['ignore'], 0],
    [['pipe', 'pipe', 'pipe', 'pipe'], 3],
    [['pipe', 'pipe', 'pipe', 'inherit'], 3],
    [['pipe', 'pipe', 'pipe', 'overlapped'], 3],
    [['pipe', 'pipe', 'pipe', 'ipc'], 3],
    [['pipe', 'pipe', 'pipe', 0], 3],
    [['pipe', 'pipe', 'pipe', process.stderr], 3],
    [['pipe', 'pipe', 'pipe', null, null, 1], 5],
  ]
  for (const [stdio, fd] of used) {
    const error = t.throws(() => spawn('true', { stdio, socket: { fd } }), {
      code: 'ERR_INVALID_ARG_VALUE',
      instanceOf: TypeError,
    })
    t.true(error.message.includes(`uses descriptor ${fd}, where options.socket goes`))
  }
})

test("Node's channel in a child of spawn works behind the socket", async (t) => {
  const { child, ended } = tended(
    t,
    spawn(...commandLine('list-descriptors.ts'), {
      stdio: ['ignore', 'pipe', 'inherit', undefined, 'ipc'],
    }),
  )
  const descriptors: unknown = await new Promise((resolve) => child.once('message', resolve))
  const numbers = (descriptors as string[]).filter((entry) => /^[34] socket/.test(entry))
  t.is(numbers.length, 2)
  t.like(await ended, { code: 0 })
})

test('what Python sees is the same through a shell', async (t) => {
  const [command, args] = commandLine('look.py', ['3'])
  const { ended } = tended(t, spawn(command, args, { shell: true }))
  t.like(await printed(t, ended), { sockets: { 3: { type: 'stream', blocking: true } } })
})
