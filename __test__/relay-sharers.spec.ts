// A process that shares the description of a relayed end, fills it and reads nothing: the relay's thread and the
// event loop go on.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { guardDescriptors } from './helpers/descriptor-guard.js'
import { endedWell, programPath, runProgram } from './helpers/endings.js'

guardDescriptors(test)

const folder = mkdtempSync(join(tmpdir(), 'socketpair-relay-sharers-'))
const program = join(folder, 'fills-shared')

test.serial.before('the program is compiled', () => {
  const flags = ['-O1', '-Wall', '-Werror', '-pthread', '-o', program]
  execFileSync('cc', [...flags, programPath('fills-shared.c')])
})

test.after.always('it is removed', () => rmSync(folder, { recursive: true }))

const play = (type: string, how: string) =>
  runProgram('relay-filled.mjs', {
    args: [program, type, how],
    env: { SOCKETPAIR_READINESS: 'tokio' },
  })

for (const type of ['stream', 'seqpacket']) {
  test.serial(
    `a ${type} relay into an end that another process keeps full is aborted at once, and nothing is lost`,
    async (t) => endedWell(t, await play(type, 'abort'), 'all of it'),
  )

  test.serial(
    `a ${type} end that another process keeps full is closed at once in the middle of a relay`,
    async (t) => endedWell(t, await play(type, 'close'), 'all of it'),
  )
}

test.serial('a process ends while another one keeps full an end that it relays', async (t) => {
  const { code, signal, stdout, stderr } = await play('stream', 'exit')
  t.deepEqual({ code, signal, stdout, stderr }, { code: 0, signal: null, stdout: '', stderr: '' })
})
