// Relays when the process, a worker or the interest in them ends.

import test from 'ava'
import { relay, type Relayed, Socket, type StreamSocket, socketpair } from 'socketpair'
import { readAll } from './helpers/bytes.js'
import { collectUntil } from './helpers/collect.js'
import { guardDescriptors } from './helpers/descriptor-guard.js'
import { isOpen } from './helpers/descriptors.js'
import { endedWell, runProgram } from './helpers/endings.js'
import { until } from './helpers/until.js'

guardDescriptors(test)

/** A crash at exit shows up in some percent of tries. */
const TRIES = 8

for (const how of ['exit', 'exit in a later turn', 'natural end', 'closed']) {
  test.serial(`the process ends with its own status in the middle of relays: ${how}`, async (t) => {
    for (let i = 0; i < TRIES; i++) {
      const ending = await runProgram('relaying.mjs', { args: [how] })
      t.deepEqual(ending, { code: 7, signal: null, stdout: '', stderr: '' })
    }
  })
}

test.serial(
  'an error nobody handles ends the process in the middle of relays as always',
  async (t) => {
    for (let i = 0; i < TRIES; i++) {
      const ending = await runProgram('relaying.mjs', { args: ['uncaught error'] })
      t.deepEqual([ending.code, ending.signal], [1, null])
      t.regex(ending.stderr, /^Error: planned$/m)
      t.notRegex(ending.stderr, /panicked|fatal|assert|abort|ECANCELED/i)
    }
  },
)

for (const how of ['terminate', 'exit', 'uncaught error', 'natural end', 'closed']) {
  test.serial(
    `workers that end in the middle of relays leave nothing, and other threads' relays alone: ${how}`,
    async (t) => {
      t.timeout(150_000)
      endedWell(
        t,
        await runProgram('relays-in-workers.mjs', { args: [how, 20] }),
        'every worker left',
      )
    },
  )
}

for (const [how, printed] of [
  ['idle', 'relayed: 3'],
  ['one unref', 'relayed: 3'],
  ['unref, then ref', 'relayed: 3'],
  ['unref', 'ended without it'],
  ['unref before', 'ended without it'],
  ['aborted', 'rejected: 20'],
  ['closed', 'rejected: ECANCELED'],
] as const) {
  test.serial(
    `a relay keeps the process running while one of its ends is referenced: ${how}`,
    async (t) => {
      endedWell(t, await runProgram('relay-keeps-alive.mjs', { args: [how] }), printed)
    },
  )
}

test.serial('what onProgress throws is an uncaught exception, and the relay goes on', async (t) => {
  const ending = await runProgram('progress-that-throws.mjs')
  endedWell(t, ending, 'uncaught: planned\nrelayed: 3')
})

test.serial(
  'a relay that nobody holds runs on; when it is over its ends can be collected',
  async (t) => {
    const [client, a] = socketpair()
    const [b, server] = socketpair()
    // The relay's own ends go by their numbers, so that nobody here holds them.
    const [left, right] = [a.detach(), b.detach()]
    let outcome: Relayed | undefined
    const begin = () => {
      const ends = [left, right].map((fd) => Socket.fromFd(fd)) as [StreamSocket, StreamSocket]
      relay(...ends).then((relayed) => (outcome = relayed))
    }
    begin()
    let rounds = 0
    t.true(await collectUntil(() => ++rounds > 5))
    await client.write('still there')
    t.is((await readAll(server, 11)).toString(), 'still there')
    client.shutdown('write')
    server.shutdown('write')
    await until(() => outcome !== undefined)
    t.deepEqual(outcome, { aToB: 11, bToA: 0 })
    t.true(await collectUntil(() => !isOpen(left) && !isOpen(right)))
    client.close()
    server.close()
  },
)
