// An end moves to another thread under a token: by every way that a token can go, whole and as it was.
import { MessageChannel } from 'node:worker_threads'
import { type AnySocket, receive, Socket, type TransferToken, transfer } from 'socketpair'
import { flagsOf } from './helpers/descriptors.ts'
import { rejects, throws } from './helpers/failures.ts'
import { endOf, fill, put, take, tryTake } from './helpers/io.ts'
import { closeAfter, MESSAGE_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'
import { startThread, type Thread } from './helpers/threads.ts'

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
