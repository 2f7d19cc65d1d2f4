// What a token is good for, and what is refused in its place.
import { closeSync, openSync } from 'node:fs'
import { receive, Socket, type TransferToken, transfer } from 'socketpair'
import { isOpen } from './helpers/descriptors.ts'
import { throws } from './helpers/failures.ts'
import { put, take } from './helpers/io.ts'
import { closeAfter, pair } from './helpers/pairs.ts'
import { report } from './helpers/programs.ts'
import { test } from './helpers/test.ts'
import { startThread, watches } from './helpers/threads.ts'
import { until } from './helpers/until.ts'
import { NOT_A_NUMBER, NOT_OPTIONS } from './helpers/wrong-values.ts'

test('a token is good once, in whatever thread', async (t) => {
  const [here, there] = pair(t, 'seqpacket')
  const token = transfer(there)
  const thread = await startThread(t, { token })
  // It answers, so it has received it.
  await thread.ask('get', 'fd')
  const { message } = throws(t, () => receive(token), 'ERR_INVALID_TRANSFER_TOKEN')
  t.regex(message, /received already.*time was over.*another process/)
  const twice = await t.throwsAsync(thread.ask('receive', token))
  t.is((twice as { code?: string } | undefined)?.code, 'ERR_INVALID_TRANSFER_TOKEN')
  await thread.ask('put', 'still there')
  t.is(await take(here), 'still there')
})

test('a token is a plain object, and any copy of it will do', async (t) => {
  const [here, there] = pair(t, 'stream')
  const token = transfer(there)
  t.is(Object.getPrototypeOf(token), Object.prototype)
  const again = receive(JSON.parse(JSON.stringify(structuredClone(token))) as TransferToken)
  closeAfter(t, again)
  await put(again, 'x')
  t.is(await take(here), 'x')
})

test('tokens that nobody gave here are refused', (t) => {
  const [, there] = pair(t, 'stream')
  const { transferId } = transfer(there)
  const foreign = report('gives-token.mjs') as TransferToken
  t.is(foreign.transferId.length, transferId.length)
  for (const wrong of ['', 'x', transferId.slice(1), `${transferId} `, foreign.transferId]) {
    throws(t, () => receive({ transferId: wrong }), 'ERR_INVALID_TRANSFER_TOKEN')
  }
  receive({ transferId }).close()
})

test('what is no token is refused by its type', (t) => {
  const [, there] = pair(t, 'stream')
  for (const wrong of [undefined, null, 1, 'x', {}, [], there, { transferId: 1 }]) {
    const error = t.throws(() => receive(wrong as TransferToken), { instanceOf: TypeError })
    t.is((error as { code?: string } | undefined)?.code, 'ERR_INVALID_ARG_TYPE')
  }
})

test('wrong arguments of transfer() are refused, and the end stays', async (t) => {
  const [here, there] = pair(t, 'stream')
  for (const wrong of [undefined, null, there.fd, {}, Socket]) {
    throws(t, () => transfer(wrong as unknown as Socket), 'ERR_INVALID_ARG_TYPE')
  }
  for (const options of NOT_OPTIONS) {
    throws(t, () => transfer(there, options as object), 'ERR_INVALID_ARG_TYPE')
  }
  for (const timeout of NOT_A_NUMBER) {
    throws(t, () => transfer(there, { timeout } as { timeout: number }), 'ERR_INVALID_ARG_TYPE')
  }
  for (const timeout of [-1, Number.NaN, Number.NEGATIVE_INFINITY]) {
    throws(t, () => transfer(there, { timeout }), 'ERR_OUT_OF_RANGE')
  }
  await put(there, 'x')
  t.is(await take(here), 'x')
})

test('a number that was closed by somebody else does not move', async (t) => {
  const [, there] = pair(t, 'stream')
  closeSync(there.fd)
  throws(t, () => transfer(there), 'EBADF')
  const [, other] = pair(t, 'stream')
  const { fd } = other
  const token = transfer(other)
  closeSync(fd)
  const stranger = openSync('/dev/null', 'r')
  t.is(stranger, fd)
  throws(t, () => receive(token), 'EBADF')
  throws(t, () => receive(token), 'ERR_INVALID_TRANSFER_TOKEN')
  t.true(isOpen(stranger))
  closeSync(stranger)
})

test('of two threads that have a token at the same time exactly one gets the end', async (t) => {
  const gate = new Int32Array(new SharedArrayBuffer(4))
  const threads = await Promise.all([startThread(t, { gate }), startThread(t, { gate })])
  for (let round = 1; round <= 200; round++) {
    const [here, there] = pair(t, 'seqpacket')
    const token = transfer(there)
    const outcomes = await Promise.all(
      threads.map((thread) => thread.ask('race', token, round * threads.length)),
    )
    t.deepEqual(outcomes.toSorted(), ['ERR_INVALID_TRANSFER_TOKEN', 'received'])
    t.is(await take(here), null)
    here.close()
  }
})

test('many ends can be on their way at once, and are received in any order', async (t) => {
  const moving = Array.from({ length: 200 }, (_, index) => {
    const [here, there] = pair(t, 'seqpacket')
    return { here, index, token: transfer(there, { timeout: 3_600_000 + (index % 7) }) }
  })
  for (const { here, index, token } of moving.toReversed()) {
    const end = receive(token)
    await put(end, `${index}`)
    t.is(await take(here), `${index}`)
    end.close()
  }
  await until(() => watches() === 0)
})
