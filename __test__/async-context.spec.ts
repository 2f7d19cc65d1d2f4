// The AsyncLocalStorage store of a caller is its own after every await, whoever else waits on the same thread
// and whatever woke it.

import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import {
  Channel,
  DatagramSocket,
  MessageBatch,
  relay,
  type SeqpacketSocket,
  type StreamSocket,
} from 'socketpair'
import { endedWell, runProgram } from './helpers/endings.ts'
import { fill } from './helpers/io.ts'
import { pair } from './helpers/pairs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const storage = new AsyncLocalStorage<string>()

/** How many callers wait at the same time, each with a store of its own. */
const CALLERS = 5

type Messages = DatagramSocket | SeqpacketSocket

/** What waits on a stream for one byte that comes later. */
const reads: Record<string, (end: StreamSocket) => Promise<unknown>> = {
  read: (end) => end.read(Buffer.alloc(1)),
  readv: (end) => end.readv([Buffer.alloc(1)]),
  readExactly: (end) => end.readExactly(Buffer.alloc(1)),
  readChunk: (end) => end.readChunk(1),
  readMessage: (end) => end.readMessage(Buffer.alloc(1)),
  'read with a timeout': (end) => end.read(Buffer.alloc(1), { timeout: 60_000 }),
  'read with a signal': (end) => {
    return end.read(Buffer.alloc(1), { signal: new AbortController().signal })
  },
  'for await': async (end) => {
    for await (const chunk of end) if (chunk.length > 0) break
  },
}

const receives: Record<string, (end: Messages) => Promise<unknown>> = {
  recv: (end) => end.recv(),
  recvInto: (end) => end.recvInto(Buffer.alloc(8)),
  recvMany: (end) => end.recvMany(new MessageBatch({ maxMessages: 1 })),
  'for await': async (end) => {
    for await (const message of end) if (message.data.length > 0) break
  },
}

/** The store after `operation`, and whether it had to wait. */
async function storeAfter(t: ExecutionContext, name: string, operation: () => Promise<unknown>) {
  await storage.run(name, async () => {
    try {
      await operation()
    } catch {
      t.is(storage.getStore(), name, 'in the catch block')
    }
    t.is(storage.getStore(), name)
    await turn()
    t.is(storage.getStore(), name, 'in the next turn')
  })
}

/** Callers on pairs of their own, and who answers them, in other stores. */
async function interleaved<E extends StreamSocket | Messages>(
  t: ExecutionContext,
  ends: [E, E][],
  operation: (end: E) => Promise<unknown>,
  answer: (end: E) => unknown,
  when: 'before' | 'later',
): Promise<void> {
  const answerAll = () =>
    storage.run('the answering one', () => {
      for (const [, far] of ends) answer(far)
    })
  if (when === 'before') answerAll()
  const callers = ends.map(([near], index) =>
    storeAfter(t, `caller ${index}`, () => operation(near)),
  )
  if (when === 'later') {
    await turn()
    answerAll()
  }
  await Promise.all(callers)
  t.is(storage.getStore(), undefined)
}

function pairs<T extends 'stream' | 'dgram' | 'seqpacket'>(t: ExecutionContext, type: T) {
  const busyPolls = ['auto', false, 50] as const
  return Array.from({ length: CALLERS }, (_, index) =>
    pair(t, type, { busyPoll: busyPolls[index % busyPolls.length] }),
  )
}

for (const when of ['before', 'later'] as const) {
  const whose = when === 'before' ? 'that finds its bytes there' : 'that waits'
  for (const [name, read] of Object.entries(reads)) {
    test(`${name} ${whose} keeps the store of its caller`, (t) =>
      interleaved(t, pairs(t, 'stream'), read, (far) => far.tryWrite('x'), when))
  }

  for (const type of ['dgram', 'seqpacket'] as const) {
    for (const [name, receive] of Object.entries(receives)) {
      test(`${name} of a ${type} end ${whose} keeps the store of its caller`, (t) =>
        interleaved<Messages>(t, pairs(t, type), receive, (far) => far.trySend('x'), when))
    }
  }

  test(`recv of a channel ${whose} keeps the store of its caller`, async (t) => {
    const ends = pairs(t, 'stream').map((both) => both.map((end) => new Channel(end)))
    const answerAll = () =>
      storage.run('the answering one', () => {
        for (const [, far] of ends) far?.trySend(Buffer.from('x'))
      })
    if (when === 'before') {
      answerAll()
      await turn()
    }
    const callers = ends.map(([near], index) =>
      storeAfter(t, `caller ${index}`, async () => t.is(String(await near?.recv()), 'x')),
    )
    if (when === 'later') {
      await turn()
      answerAll()
    }
    await Promise.all(callers)
    for (const channel of ends.flat()) await channel.close()
  })
}

test('a write that waits for room keeps the store of its caller', async (t) => {
  const ends = pairs(t, 'stream')
  for (const [near] of ends) fill(near, Buffer.alloc(65_536))
  await interleaved(
    t,
    ends,
    (near) => near.write('y'),
    (far) => {
      while (far.tryRead(Buffer.alloc(65_536)) !== undefined);
    },
    'later',
  )
})

test('a send that waits for room keeps the store of its caller', async (t) => {
  const ends = pairs(t, 'seqpacket')
  for (const [near] of ends) fill(near, Buffer.alloc(1024))
  await interleaved(
    t,
    ends,
    (near) => near.send('y'),
    (far) => {
      while (far.tryRecv(Buffer.alloc(1024)) !== undefined);
    },
    'later',
  )
})

test('an operation that is aborted, times out or is cancelled keeps the store of its caller', async (t) => {
  const [a] = pair(t, 'stream')
  const [b] = pair(t, 'seqpacket')
  const controller = new AbortController()
  const { signal } = controller
  const callers = [
    storeAfter(t, 'aborted', () => a.read(Buffer.alloc(1), { signal })),
    storeAfter(t, 'timed out', () => b.recv({ timeout: 5 })),
    storeAfter(t, 'tried once', () => b.recv({ timeout: 0 })),
    storeAfter(t, 'cancelled', () => a.read(Buffer.alloc(1))),
  ]
  await storage.run('who aborts', async () => {
    controller.abort()
    await callers[1]
    a.close()
  })
  await Promise.all(callers)
})

test('many operations in one queue keep the store of each caller, and the event loop turns between', async (t) => {
  const [a, b] = pair(t, 'stream')
  const callers = Array.from({ length: 1000 }, (_, index) =>
    storage.run(index.toString(), async () => {
      await a.read(Buffer.alloc(1))
      t.is(storage.getStore(), index.toString())
    }),
  )
  await storage.run('the answering one', () => b.write(Buffer.alloc(1000)))
  await Promise.all(callers)
})

test('a relay keeps the store of its caller, in onProgress and afterwards', async (t) => {
  const [a, b] = pair(t, 'stream')
  const [c, d] = pair(t, 'stream')
  const stores: unknown[] = []
  const relayed = storage.run('who relays', async () => {
    await relay(b, c, { onProgress: () => stores.push(storage.getStore()) })
    t.is(storage.getStore(), 'who relays')
  })
  await storage.run('who writes', async () => {
    await a.write('x')
    t.is(await d.read(Buffer.alloc(1)), 1)
    while (stores.length === 0) await turn()
  })
  a.close()
  d.close()
  await relayed
  t.is(stores[0], 'who relays')
})

for (const readiness of ['loop', 'tokio']) {
  test(`a caller keeps its store where readiness is told by ${readiness}`, async (t) => {
    const env = { SOCKETPAIR_READINESS: readiness }
    endedWell(t, await runProgram('stores.mjs', { env }), 'every caller kept its store')
  })
}
