// A test that stops the clock, as vitest, jest, sinon and node:test do, does not stop the package.
import { runProgram } from './helpers/endings.ts'
import { test } from './helpers/test.ts'

const CLOCKS = {
  'every clock, after the import': ['after'],
  'the global timers, before the import': ['before'],
  'those that node:test mocks': ['after', 'node:test'],
}

for (const readiness of ['loop', 'tokio']) {
  for (const [clocks, args] of Object.entries(CLOCKS)) {
    test(`over ${readiness} everything goes on without ${clocks}`, async (t) => {
      const ending = await runProgram('fake-clock.mjs', {
        args,
        execArgv: ['--no-warnings'],
        env: { SOCKETPAIR_READINESS: readiness },
      })
      t.is(ending.stderr, '')
      t.is(ending.code, 0)
      const {
        readiness: used,
        asked,
        ...done
      } = JSON.parse(ending.stdout) as Record<string, unknown>
      t.is(used, readiness)
      t.is(asked, 0, 'a stopped clock was asked')
      t.is(Object.keys(done).length, 22)
      for (const [what, outcome] of Object.entries(done)) {
        t.is(outcome, what.endsWith('timeout') ? 'ETIMEDOUT' : 1200, what)
      }
    })
  }
}
