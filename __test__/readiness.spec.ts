// What tells that an end can be tried: the event loop of the host, or tokio.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { endedWell, programPath, runProgram } from './helpers/endings.ts'
import { needs } from './helpers/needs.ts'
import { pair } from './helpers/pairs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const BY_LOOP = 'loop, loop, 0 driver; loop, loop, 0 driver'
const BY_TOKIO = 'tokio, tokio, 1 driver; tokio, tokio, 1 driver'

for (const [wish, told] of [
  ['loop', BY_LOOP],
  ['tokio', BY_TOKIO],
  ['', BY_LOOP],
  ['something else', BY_LOOP],
] as const) {
  test(`SOCKETPAIR_READINESS=${wish} decides what tells which ends are ready`, async (t) => {
    const env = { SOCKETPAIR_READINESS: wish }
    endedWell(t, await runProgram('readiness.mjs', { env }), told)
  })
}

/** Runs the program over a libuv that is not as it should be. */
async function overStrangeLibuv(t: ExecutionContext, how: string, told: string): Promise<void> {
  needs('cc')
  const folder = mkdtempSync(path.join(tmpdir(), 'socketpair-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const library = path.join(folder, 'strange-libuv.so')
  const flags = ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', library]
  execFileSync('cc', [...flags, programPath('strange-libuv.c'), '-ldl'])
  const env = { LD_PRELOAD: library, STRANGE_LIBUV: how, SOCKETPAIR_READINESS: 'loop' }
  endedWell(t, await runProgram('readiness.mjs', { env }), told)
}

for (const name of ['uv_poll_init', 'uv_poll_start', 'uv_close', 'uv_handle_size', 'uv_version']) {
  test(`where the host has no ${name} tokio tells`, (t) =>
    overStrangeLibuv(t, `-${name}`, BY_TOKIO))
}

for (const how of ['small', 'newer', 'renumbered']) {
  test(`where libuv is not as known tokio tells: ${how}`, (t) => overStrangeLibuv(t, how, BY_TOKIO))
}

for (const how of ['refuses', 'does not start', 'other loop', 'fails later']) {
  test(`where libuv fails the waits go on with tokio: ${how}`, (t) => {
    // The library counts over all threads: only the first of them can fail later.
    const told = 'loop, tokio, 1 driver; loop, tokio, 1 driver'
    return overStrangeLibuv(t, how, told)
  })
}

/** What the event loop has been told so far. */
function eventsOfLoop(): number {
  const { uvMetricsInfo } = performance.nodeTiming as unknown as {
    uvMetricsInfo: { events: number }
  }
  return uvMetricsInfo.events
}

test('bytes that move while nobody waits wake no event loop', async (t) => {
  const [here, there] = pair(t, 'stream')
  const buffer = Buffer.alloc(8)
  const waits = here.read(buffer)
  await turn()
  await there.write('x')
  await waits
  const before = eventsOfLoop()
  for (let round = 0; round < 500; round++) {
    there.tryWrite('eight by')
    await turn()
    t.is(here.tryRead(buffer), 8)
  }
  const woken = eventsOfLoop() - before
  t.true(woken < 250, `${woken} events`)
})
