// Node's own options beside a socket: each does what it does without one.
import type { SpawnOptions } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { spawn } from 'socketpair'
import { failureOf, printed, tended } from './helpers/children.ts'
import { endedWell, runProgram } from './helpers/endings.ts'
import { take } from './helpers/io.ts'
import { CONNECTED_TYPES, TYPES } from './helpers/pairs.ts'
import { commandLine } from './helpers/programs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const WAITS = ['-c', 'printf ready >&3; read line']

for (const type of TYPES) {
  test(`a child with a ${type} end is killed when its signal aborts`, async (t) => {
    const controller = new AbortController()
    const { child, socket, ended } = tended(
      t,
      spawn('sh', WAITS, { signal: controller.signal, socket: { type } }),
    )
    t.is(await take(socket), 'ready')
    const error = failureOf(child)
    const end = take(socket)
    controller.abort()
    t.is((await error).name, 'AbortError')
    t.like(await ended, { code: null, signal: 'SIGTERM' })
    t.is(await end, null)
  })

  test(`a signal that has aborted before kills the child with a ${type} end`, async (t) => {
    const { child, socket, ended } = tended(
      t,
      spawn('sh', ['-c', 'read line'], { signal: AbortSignal.abort(), socket: { type } }),
    )
    t.is((await failureOf(child)).name, 'AbortError')
    t.like(await ended, { code: null, signal: 'SIGTERM' })
    t.is(await take(socket), null)
  })

  test(`a child with a ${type} end is killed when its time is over`, async (t) => {
    const { socket, ended } = tended(
      t,
      spawn('sh', WAITS, { timeout: 300, killSignal: 'SIGKILL', socket: { type } }),
    )
    t.like(await ended, { code: null, signal: 'SIGKILL' })
    // A machine that is very busy may be late to start it.
    if ((await take(socket)) !== null) t.is(await take(socket), null)
  })

  test(`a detached child leads a session of its own, with its ${type} end`, async (t) => {
    const program = 'import os; print(int(os.getsid(0) == os.getpid())); os.write(3, b"here")'
    const [python] = commandLine('look.py')
    const { socket, ended } = tended(
      t,
      spawn(python, ['-c', program], { detached: true, socket: { type } }),
    )
    t.is(await take(socket), 'here')
    t.is(await printed(t, ended), 1)
  })

  test(`a shell runs the command with its ${type} end`, async (t) => {
    for (const shell of [true, '/bin/bash']) {
      const { socket, ended } = tended(
        t,
        spawn('printf sent >&3 && printf', ['"%s"', '$SOCKETPAIR_FD'], {
          shell,
          socket: { type },
        }),
      )
      t.is(await take(socket), 'sent')
      t.is(await take(socket), null)
      t.like(await ended, { code: 0, stdout: '3' })
    }
  })
}

for (const type of CONNECTED_TYPES) {
  test(`a detached and unreferenced child with a ${type} end outlives the process that started it`, async (t) => {
    endedWell(t, await runProgram('leaves-child.mjs', { args: [type] }), 'left\nended')
  })
}

test('the folder, the name and the user of a child are those that the options say', async (t) => {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'socketpair-')))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const { ended } = tended(t, spawn('sh', ['-c', 'pwd; echo $0'], { cwd: folder, argv0: 'other' }))
  t.like(await ended, { code: 0, stdout: `${folder}\nother\n` })
  if (process.getuid?.() !== 0) return
  const { ended: asNobody } = tended(t, spawn('id', ['-u'], { uid: 65_534, gid: 65_534 }))
  t.like(await asNobody, { code: 0, stdout: '65534\n' })
})

/** The variables of a child, as it prints them. */
async function variablesOf(
  t: ExecutionContext,
  options: SpawnOptions & { sockets?: undefined },
): Promise<string[]> {
  // SOCKETPAIR_READINESS is the setting of whoever runs the tests.
  const script = 'tr "\\0" "\\n" < /proc/$$/environ | grep -E "^(SOCKETPAIR_[^R]|A_)" | sort'
  const { ended } = tended(t, spawn('/bin/sh', ['-c', script], options))
  return (await ended).stdout.trimEnd().split('\n')
}

test("the child's variables are those of env and the socket's own", async (t) => {
  const { PATH } = process.env
  const env = Object.freeze({ PATH, A_VARIABLE: '1', A_GAP: undefined })
  t.deepEqual(await variablesOf(t, { env }), ['A_VARIABLE=1', 'SOCKETPAIR_FD=3'])
  const inherited = Object.create({ PATH, A_PROTOTYPE: '2' }) as NodeJS.ProcessEnv
  inherited['A_NUMBER'] = 3 as unknown as string
  t.deepEqual(await variablesOf(t, { env: inherited }), [
    'A_NUMBER=3',
    'A_PROTOTYPE=2',
    'SOCKETPAIR_FD=3',
  ])
})

test('what this process or env say of other sockets never reaches the child', async (t) => {
  const stale = { SOCKETPAIR_FD: '77', SOCKETPAIR_FDS: 'stale=77' }
  t.teardown(() => {
    for (const name of Object.keys(stale)) delete process.env[name]
  })
  const env = { ...process.env, ...stale, SOCKETPAIR_OTHER: 'kept' }
  t.deepEqual(await variablesOf(t, { env }), ['SOCKETPAIR_FD=3', 'SOCKETPAIR_OTHER=kept'])
  t.is(env.SOCKETPAIR_FD, '77')
  Object.assign(process.env, stale)
  t.deepEqual(await variablesOf(t, {}), ['SOCKETPAIR_FD=3'])
  t.deepEqual(await variablesOf(t, { env: Object.create(stale) as typeof stale }), [
    'SOCKETPAIR_FD=3',
  ])
  const one = { sockets: { own: 'stream' } } as unknown as { sockets?: undefined }
  t.deepEqual(await variablesOf(t, one), ['SOCKETPAIR_FD=3', 'SOCKETPAIR_FDS=own=3'])
  t.like(process.env, stale)
})

test('nothing that was passed is changed, so frozen options work', async (t) => {
  const stdio = Object.freeze(['ignore', 'pipe'] as const)
  const options = Object.freeze({
    stdio: stdio as unknown as ['ignore', 'pipe'],
    env: Object.freeze({ ...process.env }),
    socket: Object.freeze({ type: 'stream', fd: 5 } as const),
  })
  const args = Object.freeze(['-c', 'printf "$SOCKETPAIR_FD"'])
  const { ended } = tended(t, spawn('sh', args, options))
  t.like(await ended, { code: 0, stdout: '5' })
})
