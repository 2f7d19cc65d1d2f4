// The system below the addon misbehaves, within what its manual allows: calls are interrupted, refused for
// want of memory, move little. A library in C makes them (programs/faults.c), preloaded into a program.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import anyTest from 'ava'
import { guardDescriptors } from './helpers/descriptor-guard.js'
import { endedWell, programPath, runProgram } from './helpers/endings.js'
import { missing, needing } from './helpers/needs.ts'

const test = needing(anyTest, 'cc')
guardDescriptors(anyTest)

const folder = mkdtempSync(join(tmpdir(), 'socketpair-faults-'))
const library = join(folder, 'faults.so')

anyTest.serial.before('the library is compiled', () => {
  if (missing('cc').length > 0) return
  const flags = ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', library]
  execFileSync('cc', [...flags, programPath('faults.c'), '-ldl'])
})

anyTest.after.always('it is removed', () => rmSync(folder, { recursive: true }))

const preload = { LD_PRELOAD: library }
const play = (...args: string[]) => runProgram('faults.mjs', { args, env: preload })

for (const [what, list] of Object.entries({
  'are interrupted': 'send:EINTR:300,recv:EINTR:300,poll:EINTR:300',
  'move little': 'send:short:700,recv:short:700',
  'would block although they were called ready': 'send:EAGAIN:100,recv:EAGAIN:100',
  'find no buffers': 'send:ENOBUFS:100',
  'fail to poll': 'poll:ENOMEM:300,poll:EAGAIN:300',
  'do all of that':
    'send:EINTR:100,send:EAGAIN:20,send:ENOBUFS:20,send:short:400,recv:EINTR:100,recv:EAGAIN:20,recv:short:400,poll:EINTR:100',
})) {
  test(`bytes arrive whole and in order when system calls ${what}`, async (t) => {
    t.timeout(150_000)
    endedWell(t, await play('stream', list, 'warm'), 'all of it')
  })

  // A message moves whole, and its receiver seldom needs to poll.
  if (!['move little', 'fail to poll'].includes(what)) {
    test(`messages arrive whole and in order when system calls ${what}`, async (t) => {
      t.timeout(150_000)
      endedWell(t, await play('messages', list, 'warm'), 'all of it')
    })
  }
}

for (const code of ['ENOMEM', 'EIO']) {
  test(`${code} is told with what was done by then, and the end is usable afterwards`, async (t) => {
    t.timeout(150_000)
    endedWell(t, await play('told', code, 'warm'), 'all of it')
  })
}

test('ENOBUFS that does not go away is told in the end, and the end is usable afterwards', async (t) => {
  t.timeout(150_000)
  endedWell(t, await play('no buffers', '', 'warm'), 'all of it')
})

for (const list of ['epoll_ctl:ENOSPC:@1', 'epoll_ctl:ENOMEM:@1']) {
  test(`an operation that can't be waited for says so, and the end is usable: ${list}`, async (t) => {
    endedWell(t, await play('waits', list, 'warm'), 'all of it')
  })
}

for (const list of ['epoll_create1:EMFILE:@1', 'eventfd:ENFILE:@1', 'pthread_create:EAGAIN:@1']) {
  test(`an I/O runtime that can't start says so, and starts later: ${list}`, async (t) => {
    const env = { ...preload, SOCKETPAIR_READINESS: 'tokio' }
    endedWell(t, await runProgram('faults.mjs', { args: ['waits', list], env }), 'all of it')
  })
}

test("the event loop's set that can't be made says so, and is made later", async (t) => {
  const env = { ...preload, SOCKETPAIR_READINESS: 'loop' }
  const args = ['waits', 'epoll_create1:EMFILE:@1']
  endedWell(t, await runProgram('faults.mjs', { args, env }), 'all of it')
})

test('an error that a batch kept for the next receive moves with the end', async (t) => {
  endedWell(t, await play('moved with an error', 'recv:EIO:@2', 'warm'), 'all of it')
})

test('an end stays when the system refuses the thread that a transfer needs', async (t) => {
  endedWell(
    t,
    await play('moved without a thread', 'pthread_create:EAGAIN:@1', 'warm'),
    'all of it',
  )
})

for (const list of [
  'socketpair:EMFILE',
  'socketpair:ENFILE',
  'socketpair:ENOMEM',
  'socketpair:ENOBUFS',
  'setsockopt:ENOMEM',
  'fcntl:EPERM',
]) {
  test(`a pair whose creation fails half-way leaves nothing open: ${list}`, async (t) => {
    endedWell(t, await play('creation', list, 'warm'), 'all of it')
  })
}
