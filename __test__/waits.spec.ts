// Waits, whatever tells that they are over: what they leave alone, and who may come in between.

import { AsyncLocalStorage } from 'node:async_hooks'
import { closeSync } from 'node:fs'
import net from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { type AnySocket, Socket, type StreamSocket, socketpair } from 'socketpair'
import { duplicate } from './helpers/duplicate.ts'
import { rejects } from './helpers/failures.ts'
import { put, take } from './helpers/io.ts'
import { closeAfter, pair, TYPES } from './helpers/pairs.ts'
import { test } from './helpers/test.ts'
import { startThread } from './helpers/threads.ts'

for (const type of TYPES) {
  test(`a wait leaves O_NONBLOCK of a ${type} end alone`, async (t) => {
    const [here, there] = pair(t, type)
    const waits = take(here)
    t.false(here.nonBlocking)
    await put(there, 'x')
    t.is(await waits, 'x')
    t.false(here.nonBlocking)
  })

  test(`a ${type} end whose number was given away at once while it waited does not disturb the next`, async (t) => {
    const [first, peer] = pair(t, type)
    for (let round = 0; round < 20; round++) {
      const [here, there] = pair(t, type)
      const waits = take(here)
      await turn()
      const number = here.detach()
      await rejects(t, waits, 'ECANCELED')
      closeSync(number)
      const [next, other] = pair(t, type)
      t.is(Math.min(next.fd, other.fd), number)
      const [outcome, unrelated] = [take(next), take(first)]
      await turn()
      await put(there, 'to nobody').catch(() => {})
      await put(other, `round ${round}`)
      t.is(await outcome, `round ${round}`)
      await put(peer, 'unrelated')
      t.is(await unrelated, 'unrelated')
      for (const end of [there, next, other]) end.close()
    }
  })

  test(`a ${type} end that waited is adopted, transferred and waits again`, async (t) => {
    const [here, there] = pair(t, type)
    const aborter = new AbortController()
    const aborted = (here as AnySocket as StreamSocket).read?.(Buffer.alloc(1), {
      signal: aborter.signal,
    })
    await turn()
    aborter.abort('enough')
    if (aborted !== undefined) t.is(await aborted.catch((reason: unknown) => reason), 'enough')
    const adopted = Socket.fromFd(here.detach()) as AnySocket
    closeAfter(t, adopted)
    const waits = take(adopted)
    await turn()
    await put(there, 'adopted')
    t.is(await waits, 'adopted')
    const thread = await startThread(t)
    await thread.ask('adopt', adopted.detach())
    const theirs = thread.ask('take')
    await put(there, 'moved')
    t.is(await theirs, 'moved')
  })
}

test('an end waits beside a net.Socket over a duplicate of it', async (t) => {
  const [here, there] = pair(t, 'stream')
  const stranger = new net.Socket({ fd: duplicate(here.fd), readable: false, writable: true })
  t.teardown(() => stranger.destroy())
  for (let round = 0; round < 3; round++) {
    const waits = take(here)
    await turn()
    stranger.write('of the stranger')
    t.is(await take(there), 'of the stranger')
    await put(there, 'to us')
    t.is(await waits, 'to us')
  }
  const [waits, closed] = [take(here), new Promise((resolve) => stranger.once('close', resolve))]
  stranger.destroy()
  await closed
  await put(there, 'after it')
  t.is(await waits, 'after it')
})

test('an end and a net.Socket that both read one description share what comes', async (t) => {
  const [here, there] = pair(t, 'stream')
  const stranger = new net.Socket({ fd: duplicate(here.fd) })
  t.teardown(() => stranger.destroy())
  let length = 0
  stranger.on('data', (chunk) => (length += chunk.length))
  const buffer = Buffer.alloc(16)
  const ours = (async () => {
    for (let got; (got = await here.read(buffer)) > 0;) length += got
  })()
  for (let round = 0; round < 500; round++) {
    await there.write('eight by')
    if (round % 10 === 0) await turn()
  }
  there.close()
  await ours
  if (!stranger.readableEnded) await new Promise((resolve) => stranger.once('end', resolve))
  t.is(length, 4000)
})

test('a net.Socket over the very number of an end that waits does not end the process', async (t) => {
  const [here, there] = socketpair()
  const waits = here.read(Buffer.alloc(1))
  await turn()
  const stranger = new net.Socket({ fd: here.fd, readable: false, writable: true })
  stranger.write('x')
  t.is(await there.read(Buffer.alloc(8)), 1)
  await there.write('y')
  t.is(await waits, 1)
  const more = here.read(Buffer.alloc(1))
  await turn()
  here.detach()
  await rejects(t, more, 'ECANCELED')
  const closed = new Promise((resolve) => stranger.once('close', resolve))
  stranger.destroy()
  await closed
  there.close()
})

test('what waited goes on in the asynchronous context of its call', async (t) => {
  const storage = new AsyncLocalStorage<string>()
  const [here, there] = pair(t, 'seqpacket')
  const [one, other] = pair(t, 'seqpacket')
  const first = storage.run('first', async () => [await take(here), storage.getStore()])
  const second = storage.run('second', async () => [await take(one), storage.getStore()])
  await turn()
  await put(there, 'a')
  await put(other, 'b')
  t.deepEqual(await first, ['a', 'first'])
  t.deepEqual(await second, ['b', 'second'])
})
