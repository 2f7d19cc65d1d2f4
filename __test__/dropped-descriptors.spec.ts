// Descriptors that come to a plain read are closed by the system; it is said once for each socket.
import { setImmediate as turn } from 'node:timers/promises'
import type { StreamSocket } from 'socketpair'
import { openDescriptors } from './helpers/descriptors.ts'
import { pair } from './helpers/pairs.ts'
import { pass, receive } from './helpers/passing.ts'
import { pipe } from './helpers/pipes.ts'
import { report } from './helpers/programs.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'
import { warnings } from './helpers/warnings.ts'

const CODE = 'SOCKETPAIR_FD_DROPPED'

/** The ways to read six bytes without their descriptors. */
const WAYS: Record<string, (end: StreamSocket) => Promise<string>> = {
  read: async (end) => {
    const buffer = Buffer.alloc(6)
    return buffer.toString('latin1', 0, await end.read(buffer))
  },
  readv: async (end) => {
    const buffers = [Buffer.alloc(2), Buffer.alloc(4)]
    await end.readv(buffers)
    return Buffer.concat(buffers).toString('latin1')
  },
  readExactly: async (end) => {
    const buffer = Buffer.alloc(6)
    await end.readExactly(buffer)
    return buffer.toString('latin1')
  },
  readChunk: async (end) => String(await end.readChunk()),
  'for await': async (end) => {
    for await (const chunk of end) return chunk.toString('latin1')
    return ''
  },
  tryRead: async (end) => {
    const buffer = Buffer.alloc(6)
    return buffer.toString('latin1', 0, end.tryRead(buffer))
  },
}

for (const [name, way] of Object.entries(WAYS)) {
  test(`${name} closes descriptors that come, keeps the data, and says so once`, async (t) => {
    const seen = warnings(t, CODE)
    const [a, b] = pair(t, 'stream')
    const before = openDescriptors()
    const one = pipe(t)
    for (let round = 0; round < 3; round++) {
      await pass(a, 'sixsix', [one.writer, one.reader])
      t.is(await way(b), 'sixsix')
    }
    one.closeWriter()
    t.is(one.read(), '')
    one.close()
    t.deepEqual(openDescriptors(), before)
    await until(() => seen.length > 0)
    await turn()
    t.is(seen.length, 1)
    // Another socket says it for itself.
    await pass(b, 'sixsix', [0])
    t.is(await way(a), 'sixsix')
    await until(() => seen.length > 1)
    await turn()
    t.is(seen.length, 2)
  })

  if (name === 'tryRead') continue

  test(`${name} that waits for data closes the descriptors that come with it, and says so`, async (t) => {
    const seen = warnings(t, CODE)
    const [a, b] = pair(t, 'stream')
    const one = pipe(t)
    const reading = way(b)
    await pass(a, 'sixsix', [one.writer])
    t.is(await reading, 'sixsix')
    one.closeWriter()
    t.is(one.read(), '')
    await until(() => seen.length > 0)
    await turn()
    t.is(seen.length, 1)
  })

  test(`${name} says nothing of data that came without descriptors`, async (t) => {
    const seen = warnings(t, CODE)
    const [a, b] = pair(t, 'stream')
    await a.write('sixsix')
    t.is(await way(b), 'sixsix')
    await turn()
    await turn()
    t.deepEqual(seen, [])
  })
}

for (const wishes of [
  { passCredentials: true },
  { passPidfd: true },
  { passCredentials: true, passPidfd: true },
]) {
  test(`plain reads close descriptors, and nothing is said of what came by the wish of this end: ${Object.keys(wishes)}`, async (t) => {
    const seen = warnings(t, CODE)
    const [a, b] = pair(t, 'stream', wishes)
    const before = openDescriptors()
    for (const way of Object.values(WAYS)) {
      await a.write('sixsix')
      t.is(await way(b), 'sixsix')
    }
    await turn()
    await turn()
    t.deepEqual(seen, [])
    t.deepEqual(openDescriptors(), before)
    await pass(a, 'sixsix', [0, 0])
    t.is(await WAYS['read']?.(b), 'sixsix')
    t.deepEqual(openDescriptors(), before)
    await until(() => seen.length > 0)
  })
}

test('nothing is said where descriptors are not accepted', async (t) => {
  const seen = warnings(t, CODE)
  const [a, b] = pair(t, 'stream')
  const one = pipe(t)
  // Sent before they were refused: a system that can refuse them asks the receiver when they are sent.
  await pass(a, 'sixsix', [one.writer])
  b.acceptDescriptors = false
  one.closeWriter()
  for (const way of [WAYS['read'], WAYS['readChunk']]) {
    if (way === undefined) continue
    t.is(await way(b), 'sixsix')
    await a.write('sixsix')
  }
  t.is(one.read(), '')
  await turn()
  await turn()
  t.deepEqual(seen, [])
})

test('descriptors of a program are dropped and told of as those of this process are', async (t) => {
  const seen = warnings(t, CODE)
  const [a, b] = pair(t, 'stream')
  const before = openDescriptors()
  report('many-descriptors.py', [a], ['10', 'sixsix'])
  t.is(await WAYS['readExactly']?.(b), 'sixsix')
  t.deepEqual(openDescriptors(), before)
  await until(() => seen.length > 0)
  t.is(seen.length, 1)
})

test('a read that drops descriptors leaves those of later writes to readMessage', async (t) => {
  const seen = warnings(t, CODE)
  const [a, b] = pair(t, 'stream')
  const { writer } = pipe(t)
  await pass(a, 'sixsix', [writer])
  await pass(a, 'kept', [writer])
  t.is(await WAYS['read']?.(b), 'sixsix')
  const { text, fds } = await receive(t, b)
  t.deepEqual([text, fds.length], ['kept', 1])
  await until(() => seen.length > 0)
})
