// A process that shares the description of a relayed end, fills it and reads nothing: the relay's thread and the
// event loop go on.

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

const folder = mkdtempSync(join(tmpdir(), 'socketpair-relay-sharers-'))
const program = join(folder, 'fills-shared')

anyTest.serial.before('the program is compiled', () => {
  if (missing('cc').length > 0) return
  const flags = ['-O1', '-Wall', '-Werror', '-pthread', '-o', program]
  execFileSync('cc', [...flags, programPath('fills-shared.c')])
})

anyTest.after.always('it is removed', () => rmSync(folder, { recursive: true }))

const play = (type: string, how: string) =>
  runProgram('relay-filled.mjs', {
    args: [program, type, how],
    env: { SOCKETPAIR_READINESS: 'tokio' },
  })

for (const type of ['stream', 'seqpacket']) {
  test(`a ${type} relay into an end that another process keeps full is aborted at once, and nothing is lost`, async (t) =>
    endedWell(t, await play(type, 'abort'), 'all of it'))

  test(`a ${type} end that another process keeps full is closed at once in the middle of a relay`, async (t) =>
    endedWell(t, await play(type, 'close'), 'all of it'))
}

test('a process ends while another one keeps full an end that it relays', async (t) => {
  const { code, signal, stdout, stderr } = await play('stream', 'exit')
  t.deepEqual({ code, signal, stdout, stderr }, { code: 0, signal: null, stdout: '', stderr: '' })
})
