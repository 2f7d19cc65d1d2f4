// An end moves to another thread under a token: by every way that a token can go, whole and as it was.
import { closeSync, openSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import { type AnySocket, receive, Socket, type TransferToken, transfer } from 'socketpair'
import { flagsOf, isOpen } from './helpers/descriptors.ts'
import { rejects, throws } from './helpers/failures.ts'
import { endOf, fill, put, take, tryTake } from './helpers/io.ts'
import { closeAfter, MESSAGE_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { report } from './helpers/programs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'
import { startThread, type Thread, watches } from './helpers/threads.ts'
import { until } from './helpers/until.ts'
import { NOT_A_NUMBER, NOT_OPTIONS } from './helpers/wrong-values.ts'

/** Brings the token to another thread; gives that thread, with the end. */
type Route = (t: ExecutionContext, token: TransferToken) => Promise<Thread>

async function viaMessage(t: ExecutionContext, token: TransferToken): Promise<Thread> {
  const thread = await startThread(t)
  await thread.ask('receive', token)
  return thread
}

const ROUTES: Record<string, Route> = {
  'from the main thread to a worker by postMessage()': viaMessage,
  'from the main thread to a worker by workerData': (t, token) => startThread(t, { token }),
  'from a worker to the main thread, and into another worker': async (t, token) => {
    const first = await viaMessage(t, token)
    return viaMessage(t, transfer(receive((await first.ask('transfer')) as TransferToken)))
  },
  'from worker to worker through a MessagePort': async (t, token) => {
    const { port1, port2 } = new MessageChannel()
    const first = await startThread(t, { port: port1, token }, [port1])
    await first.ask('transferAway')
    const second = await startThread(t, { port: port2 }, [port2])
    await second.ask('receiveWhatComes')
    return second
  },
  'from worker to worker through a BroadcastChannel': async (t, token) => {
    const second = await startThread(t, { channel: true })
    // It answers, so it listens.
    await second.ask('get', 'anything').catch(() => {})
    const first = await startThread(t, { channel: true, token })
    await first.ask('transferAway')
    await second.ask('receiveWhatComes')
    return second
  },
}

for (const type of TYPES) {
  for (const [route, bring] of Object.entries(ROUTES)) {
    test(`a ${type} end goes ${route}, with what is queued`, async (t) => {
      const [here, there] = pair(t, type)
      const { fd } = there
      for (const text of ['one--', 'two--']) await put(here, text)
      for (const text of ['three', 'four-']) await put(there, text)
      const thread = await bring(t, transfer(there))
      t.is(await thread.ask('get', 'fd'), fd)
      t.is(await thread.ask('get', 'type'), type)
      t.is(await thread.ask('take'), 'one--')
      t.is(await thread.ask('take'), 'two--')
      t.is(type === 'stream' ? 'three' : await take(here), 'three')
      t.is(await take(here), type === 'stream' ? 'threefour-' : 'four-')
      // It waits there now, and is answered from there.
      const waits = thread.ask('take')
      await put(here, 'five-')
      t.is(await waits, 'five-')
      const answer = take(here)
      await thread.ask('put', 'six')
      t.is(await answer, 'six')
      await thread.ask('close')
      t.is(tryTake(here), endOf(here))
    })
  }

  test(`a ${type} end that is transferred is gone here, and its pending operations are cancelled`, async (t) => {
    const [here, there] = pair(t, type)
    const queued = fill(there, 'x'.repeat(1024))
    const pending = [take(there), take(there), put(there, 'y'), put(there, 'z')]
    const { bytesWritten } = there
    const token = transfer(there)
    for (const operation of pending) await rejects(t, operation, 'ECANCELED')
    t.true(there.closed)
    t.is(there.fd, -1)
    t.is(there.bytesWritten, bytesWritten)
    there.close()
    throws(t, () => transfer(there), 'EBADF')
    throws(t, () => there.detach(), 'EBADF')
    await rejects(t, put(there, 'x'), 'EBADF')

    const thread = await viaMessage(t, token)
    t.is(await thread.ask('get', 'bytesWritten'), 0)
    await put(here, 'told')
    t.is(await thread.ask('take'), 'told', 'nobody here has taken it')
    // Nothing of what waited was sent.
    let seen = ''
    for (let piece = tryTake(here); piece; piece = tryTake(here)) seen += piece
    t.is(seen.length, bytesWritten)
    t.true(queued > 0 && /^x+$/.test(seen))
  })

  test(`a ${type} end on its way has an owner: its number is not adopted`, async (t) => {
    const [here, there] = pair(t, type)
    const { fd } = there
    const token = transfer(there)
    throws(t, () => Socket.fromFd(fd), 'EEXIST')
    const again = receive(token)
    closeAfter(t, again)
    throws(t, () => Socket.fromFd(fd), 'EEXIST')
    t.is(again.constructor, there.constructor)
    await put(again, 'unharmed')
    t.is(await take(here), 'unharmed')
  })

  test(`the flags of a ${type} end are what they were after a transfer`, (t) => {
    const [, there] = pair(t, type, { nonBlocking: true, closeOnExec: false })
    const flags = flagsOf(there.fd)
    const again = receive(transfer(there))
    closeAfter(t, again)
    t.deepEqual(flagsOf(again.fd), flags)
    t.true(again.nonBlocking)
    t.false(again.closeOnExec)
  })

  test(`detach() in one thread and fromFd() in another move a ${type} end too`, async (t) => {
    const [here, there] = pair(t, type)
    await put(here, 'first')
    const thread = await startThread(t)
    await thread.ask('adopt', there.detach())
    t.is(await thread.ask('take'), 'first')
    await thread.ask('put', 'back')
    t.is(await take(here), 'back')
    await thread.ask('close')
  })
}

test('a datagram end that was shut down for reading tells the end in the other thread too', async (t) => {
  const [here, there] = pair(t, 'dgram')
  await put(here, 'queued')
  there.shutdown('read')
  const thread = await viaMessage(t, transfer(there))
  t.is(await thread.ask('take'), 'queued')
  t.is(await thread.ask('take'), null)
})

test('an empty message is none the less one after a transfer', async (t) => {
  for (const type of MESSAGE_TYPES) {
    const [here, there] = pair(t, type)
    await put(here, 'before')
    t.is(await take(there), 'before')
    await put(here, '')
    await put(here, 'after')
    const thread = await viaMessage(t, transfer(there))
    t.is(await thread.ask('take'), '')
    t.is(await thread.ask('take'), 'after')
    await thread.terminate()
  }
})

test('a token is good once, in whatever thread', async (t) => {
  const [here, there] = pair(t, 'seqpacket')
  const token = transfer(there)
  const thread = await viaMessage(t, token)
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
  await turn()
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

test('an end moves a thousand times and loses nothing', async (t) => {
  for (const type of TYPES) {
    const [here, there] = pair(t, type)
    const thread = await startThread(t)
    let end: AnySocket = there
    for (let round = 0; round < 170; round++) {
      await put(here, 'there')
      await thread.ask('receive', transfer(end))
      t.is(await thread.ask('take'), 'there')
      await thread.ask('put', 'here')
      end = receive((await thread.ask('transfer')) as TransferToken)
      closeAfter(t, end)
      t.is(await take(here), 'here')
    }
    await thread.terminate()
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
