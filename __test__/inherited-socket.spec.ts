// What a process finds of the sockets that it was given, or what it is told instead.
import { spawnSync, type StdioOptions } from 'node:child_process'
import { spawn } from 'socketpair'
import { printed, tended } from './helpers/children.ts'
import { programPath } from './helpers/endings.ts'
import { pair, TYPES } from './helpers/pairs.ts'
import { commandLine } from './helpers/programs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

interface Answer {
  outcomes: Record<string, unknown>[]
  variables: Record<string, string>
}

const CLASSES = { stream: 'StreamSocket', dgram: 'DatagramSocket', seqpacket: 'SeqpacketSocket' }
const NO_SOCKET = 'ERR_NO_INHERITED_SOCKET'

/** Runs the steps in a child that was started by hand, with these variables and descriptors. */
function inherits(
  steps: readonly object[],
  variables: Record<string, string>,
  more: readonly number[] = [],
): Answer {
  const [command, args] = commandLine('inherited.ts', [JSON.stringify(steps)])
  return run(command, args, variables, more)
}

function run(
  command: string,
  args: string[],
  variables: Record<string, string>,
  more: readonly number[],
): Answer {
  const { SOCKETPAIR_FD: _, SOCKETPAIR_FDS: __, ...env } = process.env
  const stdio: StdioOptions = ['ignore', 'pipe', 'inherit', ...more]
  const options = {
    env: { ...env, ...variables },
    stdio,
    encoding: 'utf8',
    timeout: 50_000,
  } as const
  const { status, stdout } = spawnSync(command, args, options)
  if (status !== 0) throw new Error(`ended with ${status}`)
  return JSON.parse(stdout) as Answer
}

for (const type of TYPES) {
  test(`a ${type} socket is found, always the same, and taken out of the environment`, (t) => {
    const ends = pair(t, type)
    const { outcomes, variables } = inherits(
      [{ keepOnExec: 3 }, { call: null }, { call: null }, { close: null }, { call: null }],
      { SOCKETPAIR_FD: '3' },
      [ends[0].fd],
    )
    const found = { object: 0, made: CLASSES[type], type, fd: 3, closed: false, closeOnExec: true }
    t.deepEqual(outcomes as unknown[], [
      false,
      found,
      found,
      null,
      { ...found, fd: -1, closed: true, closeOnExec: null },
    ])
    t.deepEqual(variables, {})
  })

  test(`${type} sockets are found by their names, and each is taken out of the environment`, (t) => {
    const [one, other] = pair(t, type)
    const { outcomes, variables } = inherits(
      [{ keepOnExec: 4 }, { call: 'b' }, { call: 'a' }, { call: 'b' }, { call: 'a' }],
      { SOCKETPAIR_FDS: 'a=3,b=4,c=5' },
      [one.fd, other.fd],
    )
    const found = { made: CLASSES[type], type, closed: false, closeOnExec: true }
    t.deepEqual(outcomes as unknown[], [
      false,
      { ...found, object: 0, fd: 4 },
      { ...found, object: 1, fd: 3 },
      { ...found, object: 0, fd: 4 },
      { ...found, object: 1, fd: 3 },
    ])
    t.deepEqual(variables, { SOCKETPAIR_FDS: 'c=5' })
  })

  test(`a named ${type} socket and the first one are the same if they have one number`, (t) => {
    const [one, other] = pair(t, type)
    const given = { SOCKETPAIR_FD: '3', SOCKETPAIR_FDS: 'first=3,alias=3,second=4' }
    const orders = [
      [null, 'first', 'alias', 'second'],
      ['alias', 'first', null, 'second'],
      ['second', 'first', null, 'alias'],
    ]
    for (const order of orders) {
      const { outcomes, variables } = inherits(
        order.map((call) => ({ call })),
        given,
        [one.fd, other.fd],
      )
      const numbers = order.map((name) => (name === 'second' ? 4 : 3))
      t.deepEqual(
        outcomes.map(({ fd }) => fd),
        numbers,
      )
      t.is(new Set(outcomes.map(({ object }) => object)).size, 2)
      t.deepEqual(variables, {})
    }
  })
}

test('taking one of two sockets leaves what the environment says of the other', (t) => {
  const [one, other] = pair(t, 'stream')
  const given = { SOCKETPAIR_FD: '3', SOCKETPAIR_FDS: 'first=3,second=4' }
  t.deepEqual(inherits([{ call: null }], given, [one.fd, other.fd]).variables, {
    SOCKETPAIR_FDS: 'second=4',
  })
  t.deepEqual(inherits([{ call: 'second' }], given, [one.fd, other.fd]).variables, {
    SOCKETPAIR_FD: '3',
    SOCKETPAIR_FDS: 'first=3',
  })
})

/** One call must fail so, and change nothing. */
function fails(
  t: ExecutionContext,
  call: string | null,
  variables: Record<string, string>,
  expected: object,
): void {
  const answer = inherits([{ call }, { call }], variables)
  for (const outcome of answer.outcomes) t.like(outcome, { name: 'Error', ...expected })
  t.deepEqual(answer.variables, variables)
}

test('without the variable there is no socket, and the message names it', (t) => {
  const message = 'SOCKETPAIR_FD is not set: this process was given no socket'
  fails(t, null, {}, { code: NO_SOCKET, message })
  fails(t, null, { SOCKETPAIR_FDS: 'a=3' }, { code: NO_SOCKET, message })
  fails(t, 'a', { SOCKETPAIR_FD: '3' }, { code: NO_SOCKET, message: message.replace('FD', 'FDS') })
})

test('a name that is not among those given has no socket', (t) => {
  for (const value of ['b=3', '', 'aa=3', 'b=a', 'A=3', ',', '=3']) {
    fails(
      t,
      'a',
      { SOCKETPAIR_FDS: value },
      {
        code: NO_SOCKET,
        message: `SOCKETPAIR_FDS is '${value}', which names no 'a'`,
      },
    )
  }
  fails(t, '3', { SOCKETPAIR_FD: '3', SOCKETPAIR_FDS: 'a=3' }, { code: NO_SOCKET })
  fails(t, '', { SOCKETPAIR_FDS: 'a=3' }, { code: NO_SOCKET })
  fails(t, '__proto__', { SOCKETPAIR_FDS: 'a=3' }, { code: NO_SOCKET })
})

const WORDS = ['abc', '', ' ', '3,4', '0x3', '3e0', '1_0', '٣', ' 3', '3 ', '3\n']
const NUMBERS = ['-1', '3.5', '03', '+3', '2147483648', '4294967299', '99999999999999999999']

test('what is no number of a descriptor is no socket, and the message shows it', (t) => {
  for (const value of [...WORDS, ...NUMBERS]) {
    fails(
      t,
      null,
      { SOCKETPAIR_FD: value },
      {
        code: NO_SOCKET,
        message: `SOCKETPAIR_FD is '${value}', which is no descriptor's number`,
      },
    )
  }
  for (const value of ['abc', '-1', '3.5', '', '3=4']) {
    fails(
      t,
      'a',
      { SOCKETPAIR_FDS: `b=3,a=${value}` },
      {
        code: NO_SOCKET,
        message: `a of SOCKETPAIR_FDS is '${value}', which is no descriptor's number`,
      },
    )
  }
})

test('a descriptor that is closed is EBADF', (t) => {
  const expected = { code: 'EBADF', errno: -9, syscall: 'getsockopt' }
  for (const number of ['77', '2147483647']) {
    const message = `EBADF: SOCKETPAIR_FD is ${number}, which is closed, getsockopt`
    fails(t, null, { SOCKETPAIR_FD: number }, { ...expected, message })
  }
  const message = 'EBADF: a of SOCKETPAIR_FDS is 77, which is closed, getsockopt'
  fails(t, 'a', { SOCKETPAIR_FDS: 'a=77' }, { ...expected, message })
})

test('a descriptor that is no socket is ENOTSOCK, and the message says what it is', (t) => {
  const found = { 5: 'a device', 6: 'a file', 7: 'a directory', 8: 'a pipe' }
  const names = Object.keys(found).map((fd) => `n${fd}=${fd}`)
  for (const [fd, what] of Object.entries(found)) {
    for (const [call, variable, given] of [
      [null, 'SOCKETPAIR_FD', { SOCKETPAIR_FD: fd }],
      [`n${fd}`, `n${fd} of SOCKETPAIR_FDS`, { SOCKETPAIR_FDS: names.join(',') }],
    ] as [string | null, string, Record<string, string>][]) {
      const [command, line] = commandLine('inherited.ts', [JSON.stringify([{ call }])])
      const script = `true | "$@" 8<&0 5</dev/null 6<${programPath('inherited.ts')} 7</`
      const answer = run('sh', ['-c', script, 'sh', command, ...line], given, [])
      t.deepEqual(answer.outcomes, [
        {
          name: 'Error',
          code: 'ENOTSOCK',
          errno: -88,
          syscall: 'getsockopt',
          message: `ENOTSOCK: ${variable} is ${fd}, which is ${what}, getsockopt`,
        },
      ])
      t.deepEqual(answer.variables, given)
    }
  }
})

test('a descriptor that a Socket has taken over is EEXIST', (t) => {
  const [end] = pair(t, 'stream')
  const { outcomes } = inherits([{ adopt: 3 }, { call: null }], { SOCKETPAIR_FD: '3' }, [end.fd])
  t.like(outcomes[1], {
    code: 'EEXIST',
    syscall: 'getsockopt',
    message:
      'EEXIST: SOCKETPAIR_FD is 3, which is owned by another Socket of this process, getsockopt',
  })
})

test('after a failure the socket is found once the environment is right', (t) => {
  const [end] = pair(t, 'seqpacket')
  const { outcomes } = inherits(
    [{ call: null }, { set: ['SOCKETPAIR_FD', '3'] }, { call: null }],
    { SOCKETPAIR_FD: 'abc' },
    [end.fd],
  )
  t.like(outcomes[0], { code: NO_SOCKET })
  t.like(outcomes[2], { type: 'seqpacket', fd: 3 })
})

test('a name of another type is refused', async (t) => {
  const { inheritedSocket } = await import('socketpair')
  for (const name of [null, 3, 3n, true, {}, [], Symbol('name')]) {
    t.throws(() => inheritedSocket(name as unknown as string), {
      code: 'ERR_INVALID_ARG_TYPE',
      instanceOf: TypeError,
    })
  }
})

test('sockets that spawn gives to a Node program are found by number and by name', async (t) => {
  const steps = [{ call: 'control' }, { call: null }, { call: 'data' }, { call: '9' }]
  const { ended } = tended(
    t,
    spawn(...commandLine('inherited.ts', [JSON.stringify(steps)]), {
      stdio: ['ignore', 'pipe', 'inherit'],
      sockets: { control: 'seqpacket', data: 'dgram', 9: 'stream' },
    }),
  )
  const { outcomes, variables } = (await printed(t, ended)) as Answer
  t.deepEqual(
    outcomes.map(({ object, type, fd }) => [object, type, fd]),
    [
      [0, 'seqpacket', 3],
      [1, 'stream', 9],
      [2, 'dgram', 4],
      [1, 'stream', 9],
    ],
  )
  t.deepEqual(variables, {})
})
