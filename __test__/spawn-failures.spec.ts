// Programs that can't be started: Node says so as ever, and no end stays open.
import childProcess from 'node:child_process'
import { spawn } from 'socketpair'
import { failureOf } from './helpers/children.ts'
import { openDescriptors } from './helpers/descriptors.ts'
import { programPath } from './helpers/endings.ts'
import { rejects } from './helpers/failures.ts'
import { take } from './helpers/io.ts'
import { TYPES } from './helpers/pairs.ts'
import { reportWithLimit } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

const FAILURES: [string, string, [string, string[], object]][] = [
  ['a program that does not exist', 'ENOENT', ['no-such-program', ['argument'], {}]],
  ['a program with a path that does not exist', 'ENOENT', ['/no/such/program', [], {}]],
  ['a folder that does not exist', 'ENOENT', ['true', [], { cwd: '/no/such/folder' }]],
  ['a file that is no program', 'EACCES', [programPath('upper.c'), [], {}]],
  ['a folder for a program', 'EACCES', ['/', [], {}]],
]

for (const type of TYPES) {
  for (const [what, code, [command, args, options]] of FAILURES) {
    test(`${what} is told by 'error', and both ends of a ${type} pair are closed`, async (t) => {
      const before = openDescriptors()
      const { child, socket } = spawn(command, args, {
        ...options,
        stdio: 'ignore',
        socket: { type },
      })
      // At once, not only when the error is told.
      t.deepEqual(openDescriptors(), before)
      t.true(socket.closed)
      t.is(socket.fd, -1)
      t.is(child.pid, undefined)
      const expected = childProcess.spawn(command, args, { ...options, stdio: 'ignore' })
      const [actualError, expectedError] = await Promise.all([child, expected].map(failureOf))
      t.is(actualError?.code, code)
      t.deepEqual({ ...actualError }, { ...expectedError })
      t.is(actualError?.message, expectedError?.message)
      await rejects(t, take(socket), 'EBADF')
    })
  }

  test(`an exception of Node's own call passes, and both ends of a ${type} pair are closed`, (t) => {
    const tooLong = ['x'.repeat(1 << 20)]
    const options = { stdio: 'ignore', socket: { type } } as const
    const expected = t.throws(() => childProcess.spawn('true', tooLong, { stdio: 'ignore' }), {
      code: 'E2BIG',
    })
    const before = openDescriptors()
    const actual = t.throws(() => spawn('true', tooLong, options), { code: 'E2BIG' })
    t.is(actual.message, expected.message)
    t.deepEqual(openDescriptors(), before)
  })

  test(`without descriptors two ${type} pairs are not made, or no child, and none is left`, (t) => {
    const { attempts } = reportWithLimit(128, 'exhausted-spawn.ts', [type]) as {
      attempts: { left: number; answer: unknown[]; remaining: number }[]
    }
    for (const { left, answer, remaining } of attempts) {
      t.is(remaining, left)
      if (left < 4) t.deepEqual(answer, ['thrown', 'EMFILE', 'socketpair'])
      else if (answer[0] === 'told') t.deepEqual(answer, ['told', 'EMFILE', 0])
      else t.deepEqual(answer, ['started', 0, 2])
    }
    t.is(attempts[4]?.answer[0], 'told')
    t.is(attempts.at(-1)?.answer[0], 'started')
  })

  test(`a number that the system does not have fails, and no end of a ${type} pair is left`, (t) => {
    const { numbers } = reportWithLimit(128, 'exhausted-spawn.ts', [type])
    t.deepEqual(numbers, [
      { fd: 100, answer: ['started', 0, 2], lost: 0 },
      { fd: 128, answer: ['thrown', 'EINVAL', 'spawn'], lost: 0 },
      { fd: 1000, answer: ['thrown', 'EINVAL', 'spawn'], lost: 0 },
    ])
  })
}
