// What users of net.Socket rely on, by its documentation: the same tests for both.
import { once } from 'node:events'
import { addAbortSignal } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { patterned } from './helpers/bytes.ts'
import { both, eventsOf, textOf } from './helpers/duplexes.ts'
import type { ExecutionContext } from './helpers/test.ts'
import { until } from './helpers/until.ts'

/** What is thrown where nobody catches it, from here on. */
function uncaughtErrors(t: ExecutionContext): unknown[] {
  const caught: unknown[] = []
  const listeners = process.listeners('uncaughtException')
  const collect = (error: unknown) => caught.push(error)
  process.removeAllListeners('uncaughtException').on('uncaughtException', collect)
  t.teardown(() => {
    process.off('uncaughtException', collect)
    for (const listener of listeners) process.on('uncaughtException', listener)
  })
  return caught
}

both('bytes arrive in order, in both directions at once', async (t, make) => {
  const [a, b] = make(t)
  const [there, back] = [patterned(3_000_001, 1), patterned(2_000_003, 2)]
  const read = async (duplex: typeof a, into: Buffer[]) => {
    for await (const chunk of duplex.iterator({ destroyOnReturn: false })) into.push(chunk)
  }
  const [atA, atB]: [Buffer[], Buffer[]] = [[], []]
  a.end(there)
  b.end(back)
  await Promise.all([read(a, atA), read(b, atB)])
  t.true(Buffer.concat(atB).equals(there))
  t.true(Buffer.concat(atA).equals(back))
  t.is(a.bytesWritten, there.length)
  t.is(a.bytesRead, back.length)
})

both(
  'strings go in the encoding that is named, and come in the one that is set',
  async (t, make) => {
    const [a, b] = make(t)
    a.write('ž', 'utf8')
    a.write('c5be', 'hex')
    a.end('xb4=', 'base64')
    b.setEncoding('utf8')
    let text = ''
    b.on('data', (chunk: string) => (text += chunk))
    await once(b, 'end')
    t.is(text, 'žžž')
  },
)

both('what is neither a string nor bytes is refused at once', async (t, make) => {
  const [a] = make(t)
  t.throws(() => a.write(1), { code: 'ERR_INVALID_ARG_TYPE' })
  t.throws(() => a.write(null), { code: 'ERR_STREAM_NULL_VALUES' })
})

both('a write says false above the mark, and drain tells when to go on', async (t, make) => {
  const [a, b] = make(t)
  const block = patterned(256 * 1024)
  let written = 0
  while (a.write(block)) written++
  t.true(a.writableNeedDrain)
  t.true(a.writableLength >= a.writableHighWaterMark)
  b.resume()
  await once(a, 'drain')
  t.is(a.writableLength, 0)
  await until(() => b.bytesRead === (written + 1) * block.length)
})

both('who does not read stops the writer', async (t, make) => {
  const [a, b] = make(t, { highWaterMark: 1024 })
  b.pause()
  let callbacks = 0
  const block = Buffer.alloc(64 * 1024)
  for (let count = 0; count < 100; count++) a.write(block, () => callbacks++)
  await sleep(50)
  t.true(callbacks < 20, `${callbacks}`)
  // What the mark lets in, and one read at most.
  t.true(b.readableLength <= 1024 + 64 * 1024)
  b.resume()
  await until(() => callbacks === 100)
})

both('pause() and resume() lose nothing', async (t, make) => {
  const [a, b] = make(t)
  const sent = patterned(1_000_000)
  a.end(sent)
  const came: Buffer[] = []
  b.on('data', (chunk: Buffer) => {
    came.push(chunk)
    b.pause()
    setImmediate(() => b.resume())
  })
  await once(b, 'end')
  t.true(Buffer.concat(came).equals(sent))
})

both("'readable' and read(n) give exactly so many bytes", async (t, make) => {
  const [a, b] = make(t)
  a.end('12345678')
  const pieces: string[] = []
  b.on('readable', () => {
    for (let piece = b.read(3); piece !== null; piece = b.read(3)) pieces.push(String(piece))
  })
  await once(b, 'end')
  t.deepEqual(pieces, ['123', '456', '78'])
})

both('end() is a half-close: the peer reads to the end and can still answer', async (t, make) => {
  const [a, b] = make(t)
  a.end('question')
  t.is(await textOf(b), 'question')
  t.is(b.readyState, 'writeOnly')
  t.is(a.readyState, 'readOnly')
  await sleep(10)
  b.end('answer')
  t.is(await textOf(a), 'answer')
})

both('with allowHalfOpen false the end of the peer ends this side too', async (t, make) => {
  const [a, b] = make(t, { allowHalfOpen: false })
  const [atA, atB] = [eventsOf(a), eventsOf(b)]
  b.resume()
  a.resume()
  a.end()
  await until(() => atA.length === 3 && atB.length === 3)
  t.deepEqual(atB, ['end', 'finish', 'close false'])
  t.deepEqual(new Set(atA), new Set(['finish', 'end', 'close false']))
})

both('when both sides have ended it closes, after end and finish', async (t, make) => {
  const [a, b] = make(t)
  const [atA, atB] = [eventsOf(a), eventsOf(b)]
  a.resume().end('x')
  b.resume().on('end', () => b.end('y'))
  await until(() => atA.length === 3 && atB.length === 3)
  t.deepEqual(atA, ['finish', 'end', 'close false'])
  t.deepEqual(atB, ['end', 'finish', 'close false'])
  t.true(a.destroyed && b.destroyed)
  t.is(a.readyState, 'closed')
})

both('after end() the peer that ends is noticed, though nobody reads', async (t, make) => {
  const [a, b] = make(t)
  const atA = eventsOf(a)
  a.end()
  b.resume().end()
  await until(() => atA.length === 3)
  t.deepEqual(atA, ['finish', 'end', 'close false'])
})

both('a finish callback of end() is called, and writes after it fail', async (t, make) => {
  const [a, b] = make(t)
  b.resume()
  await new Promise<void>((resolve) => a.end('last', resolve))
  t.true(a.writableFinished)
  const failed = once(a, 'error')
  a.write('more')
  const [error] = (await failed) as [NodeJS.ErrnoException]
  t.is(error.code, 'ERR_STREAM_WRITE_AFTER_END')
})

both('destroy(error) tells the error, then closes; the peer sees the end', async (t, make) => {
  const [a, b] = make(t)
  const atA = eventsOf(a)
  const reason = new Error('enough')
  const seen = textOf(b)
  a.once('error', (error) => t.is(error, reason))
  a.destroy(reason)
  t.true(a.destroyed)
  await until(() => atA.length === 2)
  t.deepEqual(atA, ['error', 'close true'])
  t.is(await seen, '')
})

both('destroy() with reads and writes pending is no error', async (t, make) => {
  const [a] = make(t)
  const atA = eventsOf(a)
  a.resume()
  while (a.write(Buffer.alloc(256 * 1024)));
  a.write('more')
  await sleep(5)
  a.destroy()
  await until(() => a.closed)
  await sleep(5)
  t.deepEqual(atA, ['close false'])
})

both('writing to a peer that is gone is EPIPE, once, and closes', async (t, make) => {
  const [a, b] = make(t)
  b.destroy()
  await once(b, 'close')
  const atA = eventsOf(a)
  const failed = once(a, 'error')
  const closed = new Promise((resolve) => a.once('close', resolve))
  let told: NodeJS.ErrnoException | null | undefined
  a.write('x', (error) => (told = error))
  const [error] = (await failed) as [NodeJS.ErrnoException]
  t.is(error.code, 'EPIPE')
  t.is(typeof error.errno, 'number')
  t.is(typeof error.syscall, 'string')
  await closed
  t.is(told?.code, 'EPIPE')
  t.deepEqual(atA, ['error', 'close true'])
})

both('what came before the end is not lost, however late it is read', async (t, make) => {
  const [a, b] = make(t, { highWaterMark: 16 })
  const sent = patterned(100_000)
  await new Promise<void>((resolve) => a.write(sent, () => resolve()))
  a.destroy()
  await sleep(5)
  const chunks: Buffer[] = []
  for await (const chunk of b) chunks.push(chunk)
  t.true(Buffer.concat(chunks).equals(sent))
})

both(
  'setTimeout() tells of silence, again after each activity, and ends nothing',
  async (t, make) => {
    const [a, b] = make(t)
    let silences = 0
    a.setTimeout(30, () => silences++)
    t.is(a.timeout, 30)
    a.on('timeout', () => silences++)
    await until(() => silences === 2)
    await sleep(60)
    t.is(silences, 2)
    b.write('x')
    a.resume()
    await until(() => silences === 3)
    a.setTimeout(0)
    b.write('x')
    await sleep(60)
    t.is(silences, 3)
    t.false(a.destroyed)
  },
)

both('setTimeout() refuses what is no number and no function', async (t, make) => {
  const [a] = make(t)
  // @ts-expect-error a string
  t.throws(() => a.setTimeout('1'), { code: 'ERR_INVALID_ARG_TYPE' })
  t.throws(() => a.setTimeout(-1), { code: 'ERR_OUT_OF_RANGE' })
  t.throws(() => a.setTimeout(Number.NaN), { code: 'ERR_OUT_OF_RANGE' })
  // @ts-expect-error no function
  t.throws(() => a.setTimeout(1, 'f'), { code: 'ERR_INVALID_ARG_TYPE' })
  const callback = () => t.fail()
  a.setTimeout(5, callback)
  a.setTimeout(0, callback)
  t.is(a.listenerCount('timeout'), 0)
})

both('the usual surface is there', async (t, make) => {
  const [a] = make(t)
  t.is(a.setNoDelay(true), a)
  t.is(a.setKeepAlive(true, 1000), a)
  t.is(a.ref(), a)
  t.is(a.unref().ref(), a)
  t.is(a.connecting, false)
  t.is(a.pending, false)
  t.is(a.readyState, 'open')
  t.is(a.remoteAddress, undefined)
  t.is(a.remotePort, undefined)
  t.is(a.localAddress, undefined)
  t.deepEqual(a.address() as object, {})
  t.is(a.readableObjectMode, false)
})

both('destroySoon() sends what was written first', async (t, make) => {
  const [a, b] = make(t)
  const sent = patterned(1_000_000)
  a.write(sent)
  a.destroySoon()
  const chunks: Buffer[] = []
  for await (const chunk of b) chunks.push(chunk)
  t.true(Buffer.concat(chunks).equals(sent))
  await until(() => a.closed)
})

both('pipeline() and finished() settle, and destroy what is left', async (t, make) => {
  const [a, b] = make(t)
  const done = finished(a)
  b.on('data', (chunk) => b.write(chunk)).on('end', () => b.end())
  await pipeline(
    async function* () {
      yield 'one '
      yield 'two'
    },
    a,
    async (source: AsyncIterable<Buffer>) => {
      let text = ''
      for await (const chunk of source) text += String(chunk)
      t.is(text, 'one two')
    },
  )
  await done
  t.true(a.destroyed)
})

both('a pipeline whose peer is cut off fails, and does not hang', async (t, make) => {
  const [a, b] = make(t)
  const failing = pipeline(async function* () {
    for (;;) yield Buffer.alloc(64 * 1024)
  }, a)
  b.once('data', () => b.destroy())
  await t.throwsAsync(failing, { message: /EPIPE|ECONNRESET/ })
})

both('what a listener throws is uncaught, and reading goes on', async (t, make) => {
  const [a, b] = make(t)
  const caught = uncaughtErrors(t)
  const reason = new Error('of the listener')
  let text = ''
  b.on('data', (chunk: Buffer) => {
    text += String(chunk)
    if (text === 'a') throw reason
  })
  a.write('a')
  await until(() => caught.length === 1)
  a.write('b')
  await until(() => text === 'ab')
  t.deepEqual(caught, [reason])
})

both('what a callback throws is uncaught too', async (t, make) => {
  const [a, b] = make(t)
  const caught = uncaughtErrors(t)
  const reason = new Error('of the callback')
  a.write(Buffer.alloc(2_000_000), () => {
    throw reason
  })
  b.resume()
  await until(() => caught.length === 1)
  t.deepEqual(caught, [reason])
  t.false(a.destroyed)
})

both('a signal destroys it', async (t, make) => {
  const [a] = make(t)
  const stop = new AbortController()
  addAbortSignal(stop.signal, a)
  const failed = once(a, 'error')
  stop.abort()
  const [error] = (await failed) as [Error]
  t.is(error.name, 'AbortError')
})

both('await using destroys it', async (t, make) => {
  const [a] = make(t)
  await a[Symbol.asyncDispose]()
  t.true(a.destroyed)
})

both('cork() holds writes back until uncork()', async (t, make) => {
  const [a, b] = make(t)
  a.cork()
  for (const word of ['one', 'two', 'three']) a.write(word)
  t.is(a.writableLength, 11)
  a.uncork()
  const [chunk] = (await once(b, 'data')) as [Buffer]
  t.is(String(chunk), 'onetwothree')
})
