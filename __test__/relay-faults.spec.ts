// Relays over a system that misbehaves, within what its manual allows; see faults.spec.ts.

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

const folder = mkdtempSync(join(tmpdir(), 'socketpair-relay-faults-'))
const library = join(folder, 'faults.so')

anyTest.serial.before('the library is compiled', () => {
  if (missing('cc').length > 0) return
  const flags = ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', library]
  execFileSync('cc', [...flags, programPath('faults.c'), '-ldl'])
})

anyTest.after.always('it is removed', () => rmSync(folder, { recursive: true }))

const play = (...args: string[]) =>
  runProgram('faults-of-relays.mjs', { args, env: { LD_PRELOAD: library } })

test('what a relay had taken and could not deliver goes first after an abort', async (t) => {
  endedWell(t, await play('held', '', 'warm'), 'all of it')
})

test('what a relay had taken is delivered when the end that it came from is closed', async (t) => {
  endedWell(t, await play('held at a close', '', 'warm'), 'all of it')
})

test('a relay that is held up in the kernel is aborted and closed all the same', async (t) => {
  endedWell(t, await play('held up', '', 'warm'), 'all of it')
})

test('an abort does not wait for the call that a relay is in, and rejects when both ends are back', async (t) => {
  endedWell(t, await play('held up for a moment', '', 'warm'), 'all of it')
})

test('a worker and the process end while a relay of theirs is held up in the kernel', async (t) => {
  endedWell(t, await play('held up at the end', '', 'warm'), 'all of it')
})

for (const list of [
  'send:EINTR:300,recv:EINTR:300,poll:EINTR:300',
  'send:ENOBUFS:50',
  // No edge of readiness follows these.
  'send:EAGAIN:100,recv:EAGAIN:100',
  'send:EINTR:100,send:ENOBUFS:20,recv:EINTR:100,poll:EINTR:100',
]) {
  test(`a relay delivers everything, whole and in order: ${list}`, async (t) => {
    t.timeout(150_000)
    endedWell(t, await play('random', list, 'warm'), 'all of it')
  })
}

for (const [list, warm] of [
  ['epoll_ctl:ENOSPC:@1', 'warm'],
  ['epoll_ctl:ENOMEM:@2', 'warm'],
  ['epoll_create1:EMFILE:@1', ''],
  ['pthread_create:EAGAIN:@1', ''],
] as const) {
  test(`a relay that can't begin says so, and leaves its ends as they were: ${list}`, async (t) => {
    endedWell(t, await play('begin', list, warm), 'all of it')
  })
}
