// An end on its way that nobody receives: it is closed in time, whatever happens to the threads.
import { closeSync, openSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { type AnySocket, receive, type TransferToken, transfer } from 'socketpair'
import { isOpen, openDescriptors } from './helpers/descriptors.ts'
import { endedWell, runProgram } from './helpers/endings.ts'
import { throws } from './helpers/failures.ts'
import { put, take } from './helpers/io.ts'
import { closeAfter, CONNECTED_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { test } from './helpers/test.ts'
import { startThread, watches } from './helpers/threads.ts'
import { until } from './helpers/until.ts'

const LOST = 'ERR_INVALID_TRANSFER_TOKEN'
/** A timeout that never comes in a test. */
const LONG = { timeout: 3_600_000 }
const SHORT = { timeout: 20 }

/** Waits until the end hears that its peer is closed. */
async function peerIsClosed(end: AnySocket): Promise<void> {
  if (end.type !== 'dgram') {
    while ((await take(end)) !== null);
    return
  }
  for (;;) {
    const gone = await put(end, '').then(
      () => false,
      () => true,
    )
    if (gone) return
  }
}

for (const type of TYPES) {
  test(`a ${type} end that nobody receives in time is closed, and its peer hears of it`, async (t) => {
    const [here, there] = pair(t, type)
    const before = openDescriptors().length
    const token = transfer(there, SHORT)
    await peerIsClosed(here)
    throws(t, () => receive(token), LOST)
    await until(() => openDescriptors().length === before - 1)
    await until(() => watches() === 0)
  })

  test(`a ${type} end whose time is over can't be received, however late it is closed`, async (t) => {
    const [here, there] = pair(t, type)
    throws(t, () => receive(transfer(there, { timeout: 0 })), LOST)
    await peerIsClosed(here)
  })

  test(`the message with a ${type} end is lost when its worker is terminated before it looks`, async (t) => {
    const [here, there] = pair(t, type)
    const worker = new Worker('setInterval(() => {}, 1e6)', { eval: true })
    const token = transfer(there, SHORT)
    worker.postMessage(token)
    await worker.terminate()
    await peerIsClosed(here)
    throws(t, () => receive(token), LOST)
  })

  test(`a ${type} end survives the thread that sent it`, async (t) => {
    const [here, there] = pair(t, type)
    const thread = await startThread(t, { token: transfer(there) })
    await put(here, 'queued')
    const token = (await thread.ask('transfer')) as TransferToken
    await thread.terminate()
    const end = receive(token)
    closeAfter(t, end)
    t.is(await take(end), 'queued')
    await put(end, 'alive')
    t.is(await take(here), 'alive')
  })
}

for (const type of CONNECTED_TYPES) {
  test(`what a worker's ${type} pair had queued is there after the worker, and then the end`, async (t) => {
    const thread = await startThread(t)
    const token = (await thread.ask('make', type)) as TransferToken
    await thread.ask('put', 'left behind')
    await thread.terminate()
    const end = receive(token)
    closeAfter(t, end)
    t.is(await take(end), 'left behind')
    t.is(await take(end), null)
  })
}

test('an end is closed in time although the thread that sent it is gone', async (t) => {
  const [here, there] = pair(t, 'stream')
  const thread = await startThread(t, { token: transfer(there) })
  await thread.ask('transfer', { timeout: 300 })
  await thread.terminate()
  t.is(await take(here), null)
})

test('each end is closed at its own time', async (t) => {
  const [late, lateThere] = pair(t, 'stream')
  const [never, neverThere] = pair(t, 'stream')
  const [soon, soonThere] = pair(t, 'stream')
  const tokens = [
    transfer(lateThere, LONG),
    transfer(neverThere, { timeout: Number.POSITIVE_INFINITY }),
  ]
  // Due before what the watch waits for already.
  transfer(soonThere, SHORT)
  t.is(await take(soon), null)
  t.is(watches(), 1)
  for (const [index, here] of [late, never].entries()) {
    const end = receive(tokens[index] as TransferToken)
    closeAfter(t, end)
    await put(here, 'kept')
    t.is(await take(end), 'kept')
  }
  await until(() => watches() === 0)
})

test('there is a watch only while something is on its way, and then one', async (t) => {
  t.is(watches(), 0)
  for (let round = 0; round < 50; round++) {
    const [, one] = pair(t, 'stream')
    const [, other] = pair(t, 'seqpacket')
    const tokens = [transfer(one), transfer(other, LONG)]
    // One that just found nothing to do may still be leaving.
    await until(() => watches() === 1)
    for (const token of tokens) receive(token).close()
    if (round % 2) await until(() => watches() === 0)
  }
  await until(() => watches() === 0)
})

test('a number that was closed by somebody else is not touched when its time is over', async (t) => {
  const [, there] = pair(t, 'stream')
  const { fd } = there
  transfer(there, { timeout: 1000 })
  closeSync(fd)
  const stranger = openSync('/dev/null', 'r')
  t.is(stranger, fd)
  await until(() => watches() === 0)
  t.true(isOpen(stranger))
  closeSync(stranger)
})

for (const how of ['exit', 'exit while they are due', 'natural end', 'uncaught error']) {
  test(`the process ends with ends on their way: ${how}`, async (t) => {
    for (let round = 0; round < 5; round++) {
      const { stderr, ...ending } = await runProgram('parked-at-exit.mjs', { args: [how] })
      const planned = how === 'uncaught error'
      t.deepEqual(ending, { code: planned ? 1 : 7, signal: null, stdout: '' })
      t.is(stderr === '', !planned, stderr)
    }
  })
}

for (const how of ['natural end', 'process.exit()', 'uncaught error', 'terminate']) {
  test(`the last worker that has the addon leaves ends on their way: ${how}`, async (t) => {
    t.timeout(150_000)
    for (const together of [1, 4]) {
      const args = [how, 24 / together, together, 'parks']
      endedWell(t, await runProgram('only-in-workers.mjs', { args }), 'every worker left')
    }
  })
}
