// busyPoll of a channel's socket: told by how often the thread that waits was put to sleep, never by time.
import { runProgram } from './helpers/endings.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const QUESTIONS = 400
/** Microseconds that the partner is busy: longer than `auto` spins, and far shorter than the longest spin. */
const LATE = 500
const LONGEST = 10_000

/** Times that the asking thread slept in so many questions. */
async function sleeps(
  t: ExecutionContext,
  busyPoll: string | number,
  readiness: string,
): Promise<number> {
  const { code, stdout, stderr } = await runProgram('channel-spins.mjs', {
    args: [busyPoll, LATE, QUESTIONS],
    env: { SOCKETPAIR_READINESS: readiness },
  })
  t.deepEqual([code, stderr], [0, ''])
  t.log(`${busyPoll}: ${stdout.trim()} of ${QUESTIONS}`)
  return Number(stdout)
}

if (process.platform === 'linux') {
  for (const readiness of ['loop', 'tokio']) {
    test(`a channel spins where busyPoll is a number, and sleeps where not: ${readiness}`, async (t) => {
      const spinning = await sleeps(t, LONGEST, readiness)
      const sleeping = await sleeps(t, 'false', readiness)
      const auto = await sleeps(t, 'auto', readiness)
      // Each wait that doesn't spin sleeps; one that does may still be overtaken by a partner kept from its CPU.
      t.true(sleeping >= QUESTIONS / 2, `${sleeping} without`)
      t.true(auto >= QUESTIONS / 2, `${auto} by itself, with a partner that is slow`)
      t.true(spinning < sleeping / 2, `${spinning} with, ${sleeping} without`)
    })
  }
}
