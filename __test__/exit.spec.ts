// The process ends, in one way or another, while ends are open and operations wait.

import test from 'ava'
import { guardDescriptors } from './helpers/descriptor-guard.js'
import { endedWell, runProgram } from './helpers/endings.js'

guardDescriptors(test)

/** A crash at exit shows up in some percent of tries: each way is tried several times. */
const TRIES = 5

for (const how of [
  'exit',
  'exit in a continuation',
  'exit while messages arrive',
  'exit in an exit handler',
  'natural end',
  'natural end, unreferenced',
]) {
  test.serial(
    `the process ends with its own status, with operations pending in numbers: ${how}`,
    async (t) => {
      for (let i = 0; i < TRIES; i++) {
        const ending = await runProgram('exit-with-work.mjs', { args: [how, i % 2 ? 10 : 300] })
        t.deepEqual(ending, { code: 7, signal: null, stdout: '', stderr: '' })
      }
    },
  )
}

for (const how of ['uncaught error', 'unhandled rejection', 'error in a continuation']) {
  test.serial(
    `an error nobody handles ends the process as always, with operations pending: ${how}`,
    async (t) => {
      for (let i = 0; i < TRIES; i++) {
        const ending = await runProgram('exit-with-work.mjs', { args: [how] })
        t.is(ending.signal, null)
        t.is(ending.code, 1)
        t.is(ending.stdout, '')
        t.regex(ending.stderr, /^Error: planned$/m)
        t.notRegex(ending.stderr, /panicked|fatal|assert|abort|ECANCELED/i)
      }
    },
  )
}

test.serial('a signal ends the process with operations pending in numbers', async (t) => {
  const ending = await runProgram('exit-with-work.mjs', { args: ['killed'] })
  t.deepEqual(ending, { code: null, signal: 'SIGTERM', stdout: '', stderr: '' })
})

for (const [how, printed] of [
  ['waiting', 'settled: 1'],
  ['waiting, with a timeout', 'settled: 1'],
  ['timing out', 'rejected: ETIMEDOUT'],
  ['unref, then ref', 'settled: 1'],
  ['ref in a later turn', 'settled: 1'],
  ['another end is unreferenced', 'settled: 1'],
] as const) {
  test.serial(
    `a waiting operation keeps the process running until it settles: ${how}`,
    async (t) => {
      endedWell(t, await runProgram('keeps-alive.mjs', { args: [how] }), printed)
    },
  )
}

for (const how of [
  'idle',
  'unref',
  'unref before',
  'unref, with a timeout',
  'unref, about to time out',
  'settled, with a timeout',
  'waited and settled, with a timeout',
  'closed',
  'detached',
  'aborted',
]) {
  test.serial(
    `nothing keeps the process running when nothing referenced waits: ${how}`,
    async (t) => {
      endedWell(t, await runProgram('keeps-alive.mjs', { args: [how] }), 'ended without it')
    },
  )
}

test.serial(
  'an unreferenced end that is flooded goes on while the process runs, and lets it end',
  async (t) => {
    endedWell(t, await runProgram('flooded.mjs'), 'read and ticked')
  },
)

test.serial(
  'an unreferenced end whose waits are short lets the process end all the same',
  async (t) => {
    endedWell(t, await runProgram('quick-partner.mjs'), 'ended')
  },
)
