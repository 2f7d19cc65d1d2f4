// However many ends are busy, a turn of the event loop has a bounded number of operations. Turns are counted,
// never time.
import { endedWell, runProgram } from './helpers/endings.ts'
import { test } from './helpers/test.ts'

for (const readiness of ['loop', 'tokio']) {
  for (const what of ['streams', 'datagrams', 'echoes', 'channels', 'requests', 'relays']) {
    test(`a hundred busy ${what} leave the event loop its turns, over ${readiness}`, async (t) => {
      const env = { SOCKETPAIR_READINESS: readiness }
      endedWell(t, await runProgram('turns.mjs', { args: [what], env }), 'fair')
    })
  }
}

test('a hundred busy channels over Duplexes in memory leave the event loop its turns', async (t) => {
  endedWell(t, await runProgram('turns.mjs', { args: ['duplexes'] }), 'fair')
})
