// Node programs that are started with their end of a pair, and Node's channel beside it.
import type { ForkOptions } from 'node:child_process'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import { type AnySocket, fork } from 'socketpair'
import { failureOf, tended } from './helpers/children.ts'
import { openDescriptors } from './helpers/descriptors.ts'
import { hashOf, randomBytes } from './helpers/digests.ts'
import { endedWell, programPath, runProgram } from './helpers/endings.ts'
import { put, take } from './helpers/io.ts'
import { TYPES } from './helpers/pairs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const FORKED = programPath('forked.ts')

interface Seen {
  type: string
  fd: number
  nonBlocking: boolean
  variables: Record<string, string>
  execArgv: string[]
  args: string[]
  descriptors: string[]
}

async function seenOver(end: AnySocket): Promise<Seen> {
  return JSON.parse((await take(end)) ?? 'null') as Seen
}

/** The child answers over its end and, where it has a channel, over that. */
async function answers(
  t: ExecutionContext,
  { child, socket }: { child: ReturnType<typeof fork>['child']; socket: AnySocket },
): Promise<void> {
  await put(socket, 'over the socket')
  t.is(await take(socket), 'OVER THE SOCKET')
  child.send('over the channel')
  const [reply] = (await once(child, 'message')) as [unknown]
  t.deepEqual(reply, ['OVER THE CHANNEL', 'over the channel'])
  await put(socket, 'still')
  t.is(await take(socket), 'STILL')
}

async function leave(socket: AnySocket, ended: Promise<unknown>, t: ExecutionContext) {
  if (socket.type === 'dgram') await put(socket, '')
  else socket.close()
  t.like(await ended, { code: 0, signal: null })
}

for (const type of TYPES) {
  test(`a forked child takes its ${type} end at 3, and Node's channel works behind it`, async (t) => {
    const started = tended(t, fork(FORKED, { socket: { type } }))
    const seen = await seenOver(started.socket)
    t.like(seen, { type, fd: 3, nonBlocking: false, variables: { SOCKETPAIR_FD: '3' } })
    t.regex(seen.descriptors[4] ?? '', /^4 socket:/)
    await answers(t, started)
    await leave(started.socket, started.ended, t)
  })

  test(`a forked child's ${type} end has the number that was asked for, and the channel stays`, async (t) => {
    const started = tended(t, fork(FORKED, [], { socket: { type, fd: 7 } }))
    const seen = await seenOver(started.socket)
    t.like(seen, { fd: 7, variables: { SOCKETPAIR_FD: '7' } })
    t.regex(seen.descriptors[3] ?? '', /^3 socket:/)
    await answers(t, started)
    await leave(started.socket, started.ended, t)
  })

  test(`a program that is no Node is told by 'error', and both ends of a ${type} pair are closed`, async (t) => {
    const before = openDescriptors()
    const { child, socket } = fork(FORKED, { execPath: '/no/such/node', socket: { type } })
    t.true(socket.closed)
    t.is((await failureOf(child)).code, 'ENOENT')
    await once(child, 'close')
    t.is(child.pid, undefined)
    t.deepEqual(openDescriptors(), before)
  })

  test(`a forked child with a ${type} end is killed when its signal aborts`, async (t) => {
    const controller = new AbortController()
    const { signal } = controller
    const { child, socket, ended } = tended(t, fork(FORKED, { signal, socket: { type } }))
    await seenOver(socket)
    const error = failureOf(child)
    const end = take(socket)
    controller.abort()
    t.is((await error).name, 'AbortError')
    t.is(await end, null)
    t.like(await ended, { code: null, signal: 'SIGTERM' })
  })

  test(`of a forked ${type} child that is killed comes the end`, async (t) => {
    const { child, socket } = tended(t, fork(FORKED, { socket: { type } }))
    await seenOver(socket)
    const end = take(socket)
    child.kill('SIGKILL')
    t.is(await end, null)
  })
}

test('a forked child reads 4 MiB in one call and writes them in one call', async (t) => {
  const data = randomBytes(4 << 20)
  const { socket, ended } = tended(t, fork(FORKED, ['move']))
  const received = Buffer.alloc(data.length)
  await Promise.all([socket.write(data), socket.readExactly(received)])
  t.is(hashOf(received.swap32()), hashOf(data))
  t.like(await ended, { code: 0 })
})

type Stdio = ForkOptions['stdio']

for (const [form, options, channel] of [
  ['silent', { silent: true }, 4],
  ["'pipe'", { stdio: 'pipe' }, 4],
  ["'ignore'", { stdio: 'ignore' }, 4],
  ['an array with the channel at the slot', { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] }, 4],
  [
    'an array with something behind the channel',
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc', 'pipe'] },
    5,
  ],
  [
    'an array with the channel behind the slot',
    { stdio: ['ignore', 'pipe', 'inherit', null, null, 'ipc'] },
    5,
  ],
  ['an array with the channel at 0', { stdio: ['ipc', 'pipe', 'inherit'] }, 0],
] as [string, { silent?: boolean; stdio?: Stdio }, number][]) {
  test(`with stdio of ${form} the socket is at 3, and the channel works`, async (t) => {
    const started = tended(t, fork(FORKED, options as ForkOptions))
    const { descriptors } = await seenOver(started.socket)
    t.regex(descriptors[3] ?? '', /^3 socket:/)
    t.true(descriptors.some((entry) => entry.startsWith(`${channel} socket:`)))
    t.is(started.child.stdio[3] ?? null, null)
    await answers(t, started)
    await leave(started.socket, started.ended, t)
  })
}

test('the slot of anything but the channel is refused', (t) => {
  const used: [Stdio, number][] = [
    [['ignore', 'ignore', 'ignore', 'pipe', 'ipc'], 3],
    [['ignore', 'ignore', 'ignore', 0, 'ipc'], 3],
    ['inherit', 1],
  ]
  for (const [stdio, fd] of used) {
    t.throws(() => fork(FORKED, { stdio: stdio ?? 'pipe', socket: { fd } }), {
      code: 'ERR_INVALID_ARG_VALUE',
    })
  }
})

test('a stdio without the channel is refused by Node, and no end is left', (t) => {
  const before = openDescriptors()
  t.throws(() => fork(FORKED, { stdio: ['ignore', 'ignore', 'ignore'] }), {
    code: 'ERR_CHILD_PROCESS_IPC_REQUIRED',
  })
  t.deepEqual(openDescriptors(), before)
})

test('several sockets of a forked child, by name, with the channel behind them', async (t) => {
  const started = tended(
    t,
    fork(FORKED, ['answer', 'data'], {
      sockets: { control: 'seqpacket', data: { type: 'stream', fd: 4 }, log: 'dgram' },
    }),
  )
  const { sockets, child, ended } = started
  const seen = await seenOver(sockets.data)
  t.deepEqual(seen.variables, {
    SOCKETPAIR_FD: '3',
    SOCKETPAIR_FDS: 'control=3,data=4,log=5',
  })
  t.like(seen, { fd: 4, type: 'stream' })
  t.is(started.socket, sockets.control)
  await answers(t, { child, socket: sockets.data })
  await leave(sockets.data, ended, t)
})

test("Node's own options of a fork work beside the socket", async (t) => {
  const execArgv = [...process.execArgv, '--no-warnings']
  const started = tended(
    t,
    fork(pathToFileURL(FORKED), ['answer'], {
      execArgv,
      serialization: 'advanced',
      detached: true,
      silent: true,
      cwd: programPath(''),
      env: { ...process.env, SOCKETPAIR_FD: '77', SOCKETPAIR_FDS: 'stale=77' },
    }),
  )
  const seen = await seenOver(started.socket)
  t.like(seen, { execArgv, args: ['answer'], variables: { SOCKETPAIR_FD: '3' } })
  t.is(seen.variables['SOCKETPAIR_FDS'], undefined)
  started.child.send(new Map([['structured', 1n]]))
  const [[, echoed]] = (await once(started.child, 'message')) as [[string, unknown]]
  t.deepEqual(echoed, new Map([['structured', 1n]]))
  await leave(started.socket, started.ended, t)
})

test('the arguments and the options can be left out, as with Node', async (t) => {
  const nothing = undefined
  for (const start of [
    () => fork(FORKED),
    () => fork(FORKED, null, { silent: true }),
    () => fork(FORKED, nothing, nothing),
    () => fork(FORKED, [], null),
    () => fork(FORKED, { silent: true }),
  ]) {
    const { socket, ended } = tended(t, start())
    t.like(await seenOver(socket), { type: 'stream', fd: 3, args: [] })
    await leave(socket, ended, t)
  }
})

test('an unreferenced child keeps the process as little as one without a socket', async (t) => {
  endedWell(t, await runProgram('leaves-fork.mjs'), 'left\nended')
})
