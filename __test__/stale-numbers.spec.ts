// JavaScript knows an end by a number, and a number of one that is gone names nobody.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { endedWell, runProgram } from './helpers/endings.ts'
import { test } from './helpers/test.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const binary = readdirSync(root).find((name) => name.endsWith('.node')) ?? ''

for (const readiness of ['loop', 'tokio']) {
  test(`the number of a closed end is EBADF after a hundred thousand others, over ${readiness}`, async (t) => {
    const env = { SOCKETPAIR_READINESS: readiness }
    endedWell(t, await runProgram('stale-numbers.mjs', { args: [binary], env }), 'nobody')
  })
}
