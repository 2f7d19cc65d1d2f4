// Descriptors of sends that wait and then fail: none arrives, and none is left.
import { setImmediate as turn } from 'node:timers/promises'
import { type DatagramSocket, Socket } from 'socketpair'
import { openDescriptors } from './helpers/descriptors.ts'
import { rejects } from './helpers/failures.ts'
import { drain, fullPair } from './helpers/full.ts'
import { tryTake } from './helpers/io.ts'
import { closeAfter, MESSAGE_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { pass, receive } from './helpers/passing.ts'
import { pipe } from './helpers/pipes.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

for (const type of TYPES) {
  test(`a ${type} send that waits and whose data is detached meanwhile sends no descriptor and holds none`, async (t) => {
    const [a, b] = fullPair(t, type)
    const one = pipe(t)
    const data = new Uint8Array(16)
    const sent = pass(a, data, [one.writer])
    const refused = rejects(t, sent, 'ERR_INVALID_STATE')
    one.closeWriter()
    structuredClone(data.buffer, { transfer: [data.buffer] })
    let seen = ''
    let settled = false
    void refused.then(() => (settled = true))
    await until(() => {
      seen += drain(b)
      return settled
    })
    await refused
    t.regex(seen, /^x+$/)
    t.is(one.read(), '')
    await pass(a, 'usable', [])
    t.is((await receive(t, b)).text, 'usable')
  })

  test(`a ${type} send whose signal is aborted before sends no descriptor`, async (t) => {
    const [a, b] = pair(t, type)
    const { writer } = pipe(t)
    const before = openDescriptors()
    const signal = AbortSignal.abort(new Error('planned'))
    await t.throwsAsync(pass(a, 'x', [writer], { signal }), { message: 'planned' })
    t.is(tryTake(b), undefined)
    t.deepEqual(openDescriptors(), before)
  })

  test(`a ${type} send that waits and is aborted sends no descriptor and leaves none open`, async (t) => {
    const [a, b] = fullPair(t, type)
    const one = pipe(t)
    const before = openDescriptors()
    const controller = new AbortController()
    const sends = Array.from({ length: 5 }, () =>
      pass(a, 'never', [one.writer, one.writer], { signal: controller.signal }),
    )
    const failed = Promise.all(sends.map((send) => t.throwsAsync(send, { message: 'planned' })))
    await turn()
    controller.abort(new Error('planned'))
    await failed
    t.deepEqual(openDescriptors(), before)
    one.closeWriter()
    t.is(one.read(), '')
    t.regex(drain(b), /^x+$/)
  })

  for (const timeout of [0, 20]) {
    test(`a ${type} send that is full for ${timeout} ms sends no descriptor and leaves none open`, async (t) => {
      const [a, b] = fullPair(t, type)
      const one = pipe(t)
      const before = openDescriptors()
      await rejects(t, pass(a, 'never', [one.writer], { timeout }), 'ETIMEDOUT')
      t.deepEqual(openDescriptors(), before)
      one.closeWriter()
      t.is(one.read(), '')
      t.regex(drain(b), /^x+$/)
    })
  }

  for (const how of ['close', 'detach'] as const) {
    test(`descriptors of ${type} sends that wait are closed by ${how}()`, async (t) => {
      const [a, b] = fullPair(t, type)
      const one = pipe(t)
      const sends = Array.from({ length: 10 }, () => pass(a, 'never', [one.writer]))
      const failed = Promise.all(sends.map((send) => rejects(t, send, 'ECANCELED')))
      one.closeWriter()
      t.is(one.read(), undefined)
      if (how === 'close') a.close()
      else closeAfter(t, Socket.fromFd(a.detach()))
      await failed
      t.is(one.read(), '')
      t.false(b.closed)
    })
  }

  test(`descriptors of ${type} sends that wait are closed when the peer is`, async (t) => {
    const [a, b] = fullPair(t, type)
    const one = pipe(t)
    const sends = Array.from({ length: 3 }, () => pass(a, 'never', [one.writer]))
    const settled = Promise.allSettled(sends)
    one.closeWriter()
    t.is(one.read(), undefined)
    b.close()
    for (const { status } of await settled) t.is(status, 'rejected')
    t.is(one.read(), '')
  })
}

test('a stream write that is aborted on its way has given its descriptors once', async (t) => {
  const [a, b] = pair(t, 'stream')
  const one = pipe(t)
  const controller = new AbortController()
  const writing = a.write(Buffer.alloc(4 << 20, 'y'), {
    fds: [one.writer],
    signal: controller.signal,
  })
  one.closeWriter()
  controller.abort(new Error('planned'))
  await t.throwsAsync(writing, { message: 'planned' })
  const written = a.bytesWritten
  t.true(written > 0 && written < 4 << 20)
  a.close()
  let count = 0
  let bytes = 0
  const buffer = Buffer.alloc(100_000)
  for (;;) {
    const info = await b.readMessage(buffer)
    if (info === null) break
    count += info.fds.length
    bytes += info.bytesRead
    for (const fd of info.fds) fd.close()
  }
  t.deepEqual([count, bytes], [1, written])
  t.is(one.read(), '')
})

for (const type of MESSAGE_TYPES) {
  test(`a sendMany of ${type} messages that is aborted has sent some with their descriptors, and holds none`, async (t) => {
    const [a, b] = pair(t, type) as unknown as [DatagramSocket, DatagramSocket]
    const one = pipe(t)
    const controller = new AbortController()
    const messages = Array.from({ length: 40 }, () => Buffer.alloc(20_000))
    const sent = a.sendMany(messages, {
      fds: messages.map(() => [one.writer]),
      signal: controller.signal,
    })
    one.closeWriter()
    controller.abort(new Error('planned'))
    const error = await t.throwsAsync(sent, { message: 'planned' })
    t.is(a.bytesWritten % 20_000, 0)
    const count = a.bytesWritten / 20_000
    t.true(count > 0 && count < 40)
    t.is(Reflect.get(error as Error, 'messagesSent'), count)
    for (let index = 0; index < count; index++) {
      const { fds } = await receive(t, b)
      t.is(fds.length, 1)
      fds[0]?.close()
    }
    t.is(tryTake(b), undefined)
    t.is(one.read(), '')
  })
}
