// Two Sockets in two threads over duplicates of one open file description: what docs/semantics.md says.
import type { AnySocket, MessageSocket, SocketType } from 'socketpair'
import { duplicate } from './helpers/duplicate.ts'
import { rejects } from './helpers/failures.ts'
import { put, take, tryTake } from './helpers/io.ts'
import { CONNECTED_TYPES, MESSAGE_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'
import { startThread, type Thread } from './helpers/threads.ts'
import { takeUntil } from './programs/take-until.mjs'

const sorted = (list: readonly number[]) => list.toSorted((a, b) => a - b)

/** A pair whose second end is here and, over a duplicate, in another thread. */
async function shared(
  t: ExecutionContext,
  type: SocketType,
): Promise<{ peer: AnySocket; here: AnySocket; thread: Thread }> {
  const [peer, here] = pair(t, type)
  const thread = await startThread(t)
  await thread.ask('adopt', duplicate(here.fd))
  return { peer, here, thread }
}

for (const type of MESSAGE_TYPES) {
  test(`each ${type} message goes to one of the two, whichever asks first`, async (t) => {
    const { peer, here, thread } = await shared(t, type)
    for (const text of ['one', 'two', 'three', 'four']) await put(peer, text)
    t.is(await take(here), 'one')
    t.is(await thread.ask('take'), 'two')
    t.is(await thread.ask('take'), 'three')
    t.is(await take(here), 'four')
  })

  test(`${type} messages that both receive at the same time are told once each, none lost`, async (t) => {
    const { peer, here, thread } = await shared(t, type)
    const count = 3000
    const theirs = thread.ask('takeUntil', 'stop')
    const ours = takeUntil(here as MessageSocket, 'stop')
    for (let index = 0; index < count; index++) await put(peer, `${index}`)
    for (let ends = 0; ends < 2; ends++) await put(peer, 'stop')
    const lists = [await ours, (await theirs) as string[]].map((list) => list.map(Number))
    // In order within each thread, and together all of them.
    for (const list of lists) t.deepEqual(list, sorted(list))
    const all = Array.from({ length: count }, (_, index) => index)
    t.deepEqual(sorted(lists.flat()), all)
  })

  test(`${type} messages that both send arrive whole, those of each in their order`, async (t) => {
    const { peer, here, thread } = await shared(t, type)
    const count = 1000
    const sent = thread.ask('putMany', 'theirs', count)
    const ours = (async () => {
      for (let index = 0; index < count; index++) await put(here, `ours ${index}`)
    })()
    const seen: Record<string, number> = { ours: 0, theirs: 0 }
    for (let index = 0; index < 2 * count; index++) {
      const [, who = '', number] = /^(\w+) (\d+)$/.exec((await take(peer)) ?? '') ?? []
      if (Number(number) !== seen[who]) t.fail(`${number} of ${who}, not ${seen[who]}`)
      seen[who] = Number(number) + 1
    }
    t.deepEqual(seen, { ours: count, theirs: count })
    await Promise.all([sent, ours])
  })
}

for (const type of TYPES) {
  test(`O_NONBLOCK and options of a shared ${type} description are those of both, close-on-exec of each`, async (t) => {
    const { here, thread } = await shared(t, type)
    t.is(await thread.ask('get', 'nonBlocking'), false)
    here.nonBlocking = true
    t.is(await thread.ask('get', 'nonBlocking'), true)
    await thread.ask('set', 'sendBufferSize', 50_000)
    t.is(here.sendBufferSize, (await thread.ask('get', 'sendBufferSize')) as number)
    await thread.ask('set', 'closeOnExec', false)
    t.true(here.closeOnExec)
  })

  test(`closing one Socket of a shared ${type} description leaves the other`, async (t) => {
    const { peer, here, thread } = await shared(t, type)
    here.close()
    await put(peer, 'to it')
    t.is(await thread.ask('take'), 'to it')
    await thread.ask('put', 'of it')
    t.is(await take(peer), 'of it')
    t.is(tryTake(peer), undefined, 'the other end is still open')
  })

  test(`shutdown('write') of one Socket of a shared ${type} description ends the sends of both`, async (t) => {
    const { peer, here, thread } = await shared(t, type)
    await thread.ask('shutdown', 'write')
    await rejects(t, put(here, 'x'), 'EPIPE')
    if (type !== 'dgram') t.is(await take(peer), null)
  })
}

for (const type of CONNECTED_TYPES) {
  test(`shutdown('read') of one Socket of a shared ${type} description ends the receives of both`, async (t) => {
    const { here, thread } = await shared(t, type)
    const waits = take(here)
    await thread.ask('shutdown', 'read')
    t.is(await waits, null)
    t.is(await thread.ask('take'), null)
  })

  test(`the peer of a shared ${type} description hears of its end when both are closed`, async (t) => {
    const { peer, here, thread } = await shared(t, type)
    const waits = take(peer)
    await thread.ask('close')
    t.is(tryTake(here), undefined)
    here.close()
    t.is(await waits, null)
  })
}

test('a datagram Socket does not hear of shutdown over another one of its description', async (t) => {
  const { peer, here, thread } = await shared(t, 'dgram')
  await thread.ask('shutdown', 'read')
  t.is(await thread.ask('take'), null)
  t.is(tryTake(here), undefined)
  await rejects(t, put(peer, 'x'), 'EPIPE')
})
