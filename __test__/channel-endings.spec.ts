// Threads and processes end while channels of theirs are busy: nothing crashes, hangs or is left behind.
import { endedWell, runProgram } from './helpers/endings.ts'
import { test } from './helpers/test.ts'

for (const readiness of ['loop', 'tokio']) {
  const env = { SOCKETPAIR_READINESS: readiness }

  for (const how of ['terminate', 'process.exit()']) {
    test(`a worker ends with sends and receives of channels pending: ${how}, ${readiness}`, async (t) => {
      t.timeout(150_000)
      const ending = await runProgram('terminated-channels.mjs', { args: [how, 25], env })
      endedWell(t, ending, 'every worker left')
    })
  }

  for (const how of [
    'at once',
    'after some turns',
    'in a continuation',
    'in a codec',
    'in a handler',
    'while closing',
  ]) {
    test(`the process ends with its own status while channels are busy: ${how}, ${readiness}`, async (t) => {
      // A crash at exit shows up in some percent of tries.
      for (let i = 0; i < 3; i++) {
        const ending = await runProgram('exit-with-channels.mjs', { args: [how], env })
        t.deepEqual(ending, { code: 7, signal: null, stdout: '', stderr: '' })
      }
    })
  }

  test(`values of each type arrive whatever tells of readiness: ${readiness}`, async (t) => {
    endedWell(t, await runProgram('channels-over-both.mjs', { env }), `${readiness}: all arrived`)
  })
}
