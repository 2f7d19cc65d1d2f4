// What the garbage collector may take, what it must not, and what must not pile up for it.

import { getEventListeners } from 'node:events'
import test from 'ava'
import { type Socket, type StreamSocket, socketpair } from 'socketpair'
import { collectUntil } from './helpers/collect.js'
import { guardDescriptors, openDescriptors } from './helpers/descriptor-guard.js'
import { endedWell, runProgram } from './helpers/endings.js'
import { rejection } from './helpers/rejection.js'

guardDescriptors(test)

const turn = () => new Promise((resolve) => setImmediate(resolve))
const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

for (const type of ['stream', 'dgram', 'seqpacket'] as const) {
  test.serial(`ends of a ${type} pair that nobody can reach are closed`, async (t) => {
    const before = openDescriptors()
    const dropped: WeakRef<Socket>[] = []
    for (let i = 0; i < 50; i++) {
      dropped.push(...socketpair(type as 'stream').map((end) => new WeakRef<Socket>(end)))
    }
    t.is(openDescriptors(), before + 100)
    t.true(await collectUntil(() => openDescriptors() === before))
    t.true(dropped.every((end) => end.deref() === undefined))
  })
}

test.serial('a collected end tells its peer, as a closed one does', async (t) => {
  const there = (() => socketpair()[1])()
  const pending = there.read(Buffer.alloc(1))
  let ended = false
  void pending.then(() => (ended = true))
  t.true(await collectUntil(() => ended))
  t.is(await pending, 0)
  there.close()
})

test.serial(
  'an end that was closed by its user is not closed again when it is collected',
  async (t) => {
    let closed: WeakRef<Socket>[] = []
    // The numbers are in use again by the time of the collection.
    const kept = (() => {
      const pairs = Array.from({ length: 20 }, () => socketpair())
      closed = pairs.flat().map((end) => new WeakRef<Socket>(end))
      for (const end of pairs.flat()) end.close()
      return Array.from({ length: 20 }, () => socketpair())
    })()
    t.true(await collectUntil(() => closed.every((end) => end.deref() === undefined)))
    for (const [here, there] of kept) {
      await here.write('x')
      t.is(await there.read(Buffer.alloc(1)), 1)
      here.close()
      there.close()
    }
  },
)

test.serial(
  'an end where an operation waits is not collected, and the operation settles',
  async (t) => {
    const before = openDescriptors()
    const peers: StreamSocket[] = []
    const settled: number[] = []
    ;(() => {
      for (let i = 0; i < 20; i++) {
        const [here, there] = socketpair()
        peers.push(there)
        void here.read(Buffer.alloc(4)).then((landed) => settled.push(landed))
      }
    })()
    t.false(await collectUntil(() => openDescriptors() < before + 40))
    for (const peer of peers) await peer.write('late')
    t.true(await collectUntil(() => settled.length === 20))
    t.deepEqual(
      settled,
      Array.from({ length: 20 }, () => 4),
    )
    // Nothing waits any more, so now they go.
    t.true(await collectUntil(() => openDescriptors() === before + 20))
    for (const peer of peers) peer.close()
  },
)

test.serial('a write that waits keeps its end, and all of it arrives', async (t) => {
  const there = (() => {
    const [here, other] = socketpair()
    void here.write(Buffer.alloc(4_000_000, 1))
    return other
  })()
  t.false(await collectUntil(() => there.closed))
  const bytes = Buffer.alloc(4_000_000)
  await there.readExactly(bytes)
  t.true(bytes.every((byte) => byte === 1))
  // The writer is done and unreachable.
  let ended = false
  void there.read(Buffer.alloc(1)).then(() => (ended = true))
  t.true(await collectUntil(() => ended))
  there.close()
})

test.serial(
  'the same holds in workers, and in a process where the collector alone closes',
  async (t) => {
    t.timeout(150_000)
    const ending = await runProgram('collected.mjs', { execArgv: ['--expose-gc'] })
    endedWell(t, ending, 'collected')
  },
)

test.serial('an operation takes its listener from the signal whatever ends it', async (t) => {
  const [here, there] = socketpair()
  const { signal } = new AbortController()
  const options = { signal }
  const read = here.read(Buffer.alloc(1), options)
  t.is(listeners(signal), 1)
  await there.write('x')
  await read
  t.is(listeners(signal), 0, 'settled after a wait')

  await there.write('x')
  await here.read(Buffer.alloc(1), options)
  t.is(listeners(signal), 0, 'settled at once')

  t.is((await rejection(here.read(Buffer.alloc(1), { signal, timeout: 0 }))).code, 'ETIMEDOUT')
  t.is((await rejection(here.read(Buffer.alloc(1), { signal, timeout: 5 }))).code, 'ETIMEDOUT')
  t.is(listeners(signal), 0, 'timed out')

  const buffer = new Uint8Array(1)
  const lost = here.read(buffer, options)
  structuredClone(buffer.buffer, { transfer: [buffer.buffer] })
  await there.write('x')
  await rejection(lost)
  t.is(listeners(signal), 0, 'failed')

  await here.read(Buffer.alloc(1))
  const controller = new AbortController()
  const aborted = here.read(Buffer.alloc(1), { signal: controller.signal })
  controller.abort()
  await rejection(aborted)
  await rejection(here.read(Buffer.alloc(1), { signal: controller.signal }))
  t.is(listeners(controller.signal), 0, 'aborted, and aborted before')

  const cancelled = [
    here.read(Buffer.alloc(1), options),
    here.write(Buffer.alloc(8 << 20), options),
  ]
  const failures = Promise.all(cancelled.map(rejection))
  here.close()
  t.deepEqual(
    (await failures).map(({ code }) => code),
    ['ECANCELED', 'ECANCELED'],
  )
  t.is(listeners(signal), 0, 'cancelled')
  t.is((await rejection(here.read(Buffer.alloc(1), options))).code, 'EBADF')
  t.is(listeners(signal), 0, 'refused')
  there.close()
})

test.serial('many operations at once with one signal cause no warning', async (t) => {
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  const controller = new AbortController()
  const { signal } = controller
  const pairs = Array.from({ length: 50 }, () => socketpair())
  const failures = Promise.all(
    pairs.flat().map((end) => rejection(end.read(Buffer.alloc(1), { signal }))),
  )
  await turn()
  controller.abort()
  t.true((await failures).every((error) => (error as unknown) === signal.reason))
  await turn()
  process.off('warning', onWarning)
  t.deepEqual(warnings, [])
  t.is(listeners(signal), 0)
  for (const end of pairs.flat()) end.close()
})

test.serial('nothing grows over 100 000 operations with one signal and a timeout', async (t) => {
  t.timeout(150_000)
  const [here, there] = socketpair()
  const { signal } = new AbortController()
  const options = { signal, timeout: 3_600_000 }
  const buffer = Buffer.alloc(1)
  const round = async (count: number) => {
    for (let i = 0; i < count; i++) {
      // Every other one waits first.
      if (i % 2) await there.write('x')
      const read = here.read(buffer, options)
      if (i % 2 === 0) await there.write('x')
      await read
    }
    await collectUntil(() => false)
    return process.memoryUsage().heapUsed
  }
  const before = await round(5000)
  const after = await round(100_000)
  t.is(listeners(signal), 0)
  // A hundred thousand of the smallest things that could be left behind are some MiB.
  t.true(after - before < 1_500_000, `${after - before} bytes more`)
  here.close()
  there.close()
})
