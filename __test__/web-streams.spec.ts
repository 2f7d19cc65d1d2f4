// readable and writable of a stream socket.
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { patterned, readAll } from './helpers/bytes.ts'
import { rejects } from './helpers/failures.ts'
import { pair } from './helpers/pairs.ts'
import { rejection } from './helpers/rejection.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

async function allOf(stream: ReadableStream): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

test('the same objects come at each access, and of a closed socket none', (t) => {
  const [a, b] = pair(t, 'stream')
  const { readable, writable } = a
  t.is(a.readable, readable)
  t.is(a.writable, writable)
  t.true(readable instanceof ReadableStream)
  t.true(writable instanceof WritableStream)
  t.not(b.readable, readable)
  b.close()
  t.truthy(b.readable)
  const [c] = pair(t, 'stream')
  c.close()
  t.throws(() => c.readable, { code: 'EBADF' })
  t.throws(() => c.writable, { code: 'EBADF' })
})

test('what is written comes out, and both sides having ended closes the socket', async (t) => {
  const [a, b] = pair(t, 'stream')
  const sent = patterned(2_000_000)
  const writer = a.writable.getWriter()
  const written = (async () => {
    for (let at = 0; at < sent.length; at += 100_000) {
      await writer.ready
      void writer.write(sent.subarray(at, at + 100_000))
    }
    await writer.close()
  })()
  t.true((await allOf(b.readable)).equals(sent))
  await written
  t.false(a.closed || b.closed)
  await b.writable.close()
  t.true(b.closed)
  t.is((await allOf(a.readable)).length, 0)
  t.true(a.closed)
})

test('closing writable is a half-close', async (t) => {
  const [a, b] = pair(t, 'stream')
  await a.writable.close()
  t.is(await b.read(Buffer.alloc(1)), 0)
  await b.write('answer')
  t.is(String(await readAll(a, 6)), 'answer')
})

test('a string goes as UTF-8, and what is no bytes is refused', async (t) => {
  const [a, b] = pair(t, 'stream')
  const writer = a.writable.getWriter()
  await writer.write('ž')
  t.is(String(await readAll(b, 2)), 'ž')
  // @ts-expect-error an object
  await rejects(t, writer.write({}), 'ERR_INVALID_ARG_TYPE')
  await rejects(t, writer.closed as unknown as Promise<unknown>, 'ERR_INVALID_ARG_TYPE')
})

test("a reader's own memory is what the kernel writes into", async (t) => {
  const [a, b] = pair(t, 'stream')
  const reader = a.readable.getReader({ mode: 'byob' })
  await b.write('abcdef')
  const memory = new ArrayBuffer(100)
  const first = await reader.read(new Uint8Array(memory, 10, 4))
  t.is(Buffer.from(first.value as Uint8Array).toString(), 'abcd')
  t.is(first.value?.byteOffset, 10)
  t.is(first.value?.buffer.byteLength, 100)
  // The memory has moved with the read, and was not copied from a stream's own.
  t.is(memory.byteLength, 0)
  const second = await reader.read(new Uint8Array((first.value as Uint8Array).buffer))
  t.is(Buffer.from(second.value as Uint8Array).toString(), 'ef')
  t.is(Buffer.from((second.value as Uint8Array).buffer, 10, 4).toString(), 'abcd')
  b.close()
  const last = await reader.read(new Uint8Array(8))
  t.true(last.done)
  t.is(last.value?.length, 0)
  t.is(a.bytesRead, 6)
})

test("a reader's read that waits gets what comes, in whole elements", async (t) => {
  const [a, b] = pair(t, 'stream')
  const reader = a.readable.getReader({ mode: 'byob' })
  const reading = reader.read(new Uint32Array(2))
  await b.write(Buffer.from([1, 0, 0]))
  await sleep(5)
  await b.write(Buffer.from([1]))
  t.deepEqual((await reading).value, new Uint32Array([0x0100_0001]))
})

test('nothing is received before it is asked for', async (t) => {
  const [a, b] = pair(t, 'stream')
  const { readable } = a
  await b.write('four')
  await sleep(5)
  t.is(a.readableLength, 4)
  const reader = readable.getReader()
  t.is(String(Buffer.from((await reader.read()).value as Uint8Array)), 'four')
  t.is(a.readableLength, 0)
})

test('chunks keep what they held, small and large', async (t) => {
  const [a, b] = pair(t, 'stream')
  const reader = a.readable.getReader()
  const sent = patterned(300_000)
  const chunks: Uint8Array[] = []
  for (const size of [1, 100, 20_000, 10, 65_536]) {
    const piece = sent.subarray(0, size)
    await b.write(piece)
    let length = 0
    while (length < size) {
      const { value } = await reader.read()
      chunks.push(value as Uint8Array)
      length += (value as Uint8Array).length
    }
  }
  const expected = [1, 100, 20_000, 10, 65_536].map((size) => sent.subarray(0, size))
  t.true(Buffer.concat(chunks).equals(Buffer.concat(expected)))
})

test('a locked stream is locked, and free again after releaseLock()', async (t) => {
  const [a, b] = pair(t, 'stream')
  const reader = a.readable.getReader()
  t.true(a.readable.locked)
  t.throws(() => a.readable.getReader(), { instanceOf: TypeError })
  await t.throwsAsync(a.readable.cancel(), { instanceOf: TypeError })
  const dropped = rejection(reader.read())
  reader.releaseLock()
  t.is((await dropped).name, 'TypeError')
  // The receive that waits was not lost with its reader.
  await b.write('kept')
  const { value } = await a.readable.getReader().read()
  t.is(String(Buffer.from(value as Uint8Array)), 'kept')
  const writer = a.writable.getWriter()
  t.throws(() => a.writable.getWriter(), { instanceOf: TypeError })
  writer.releaseLock()
  t.false(a.writable.locked)
})

test('cancel() ends what waits, and the peer can write no more', async (t) => {
  const [a, b] = pair(t, 'stream')
  const reader = a.readable.getReader()
  const reading = reader.read()
  await reader.cancel('enough')
  t.true((await reading).done)
  await rejects(t, b.write('x'), 'EPIPE')
  t.false(a.closed)
  await a.writable.close()
  t.true(a.closed)
})

test('cancel() of a read into own memory ends it too', async (t) => {
  const [a] = pair(t, 'stream')
  const reader = a.readable.getReader({ mode: 'byob' })
  const reading = reader.read(new Uint8Array(4))
  await reader.cancel()
  t.true((await reading).done)
})

test('abort() takes back what waits, and is a half-close', async (t) => {
  const [a, b] = pair(t, 'stream')
  const writer = a.writable.getWriter()
  const writing = rejection(writer.write(Buffer.alloc(5_000_000)))
  const queued = rejection(writer.write('never'))
  void rejection(writer.closed as unknown as Promise<unknown>)
  const reason = new Error('enough')
  await sleep(5)
  await writer.abort(reason)
  t.is(await writing, reason as never)
  t.is(await queued, reason as never)
  let came = 0
  for await (const chunk of b) came += chunk.length
  t.is(came, a.bytesWritten)
  t.true(came < 5_000_000)
  await b.write('still heard')
  t.is(String(await readAll(a, 11)), 'still heard')
})

test('ready says when the queue has room, which follows the peer', async (t) => {
  const [a, b] = pair(t, 'stream')
  const writer = a.writable.getWriter()
  t.is(writer.desiredSize, 64 * 1024)
  await writer.ready
  const writing = writer.write(Buffer.alloc(1_000_000))
  t.true((writer.desiredSize as number) <= 0)
  let ready = false
  void writer.ready.then(() => (ready = true))
  await sleep(10)
  t.false(ready)
  await readAll(b, 1_000_000)
  await writing
  await until(() => ready)
  t.is(writer.desiredSize, 64 * 1024)
})

test('the room in the queue is counted in the bytes of a string, not in its UTF-16 units', async (t) => {
  const [a, b] = pair(t, 'stream')
  const writer = a.writable.getWriter()
  const writing = writer.write('\u20AC'.repeat(10_000))
  t.is(writer.desiredSize, 64 * 1024 - 30_000)
  await readAll(b, 30_000)
  await writing
})

test('a peer that is gone is EPIPE for the writer, and the end for the reader', async (t) => {
  const [a, b] = pair(t, 'stream')
  b.close()
  const writer = a.writable.getWriter()
  void rejection(writer.closed as unknown as Promise<unknown>)
  const error = await rejects(t, writer.write('x'), 'EPIPE')
  t.is(error.syscall, 'sendmsg')
  t.is((await allOf(a.readable)).length, 0)
  // Both have ended.
  t.true(a.closed)
})

test('a peer that goes with our bytes unread is ECONNRESET for the reader', async (t) => {
  const [a, b] = pair(t, 'stream')
  await a.write('unread')
  b.close()
  await rejects(t, a.readable.getReader().read(), 'ECONNRESET')
})

test('closing the socket rejects what waits with ECANCELED', async (t) => {
  const [a] = pair(t, 'stream')
  const reading = a.readable.getReader().read()
  await sleep(5)
  a.close()
  await rejects(t, reading, 'ECANCELED')
})

test('pipeThrough() packs and unpacks', async (t) => {
  const [a, b] = pair(t, 'stream')
  const sent = patterned(500_000)
  const packing = new Blob([sent]).stream().pipeThrough(new CompressionStream('gzip'))
  const [unpacked] = await Promise.all([
    allOf(b.readable.pipeThrough(new DecompressionStream('gzip'))),
    packing.pipeTo(a.writable),
  ])
  t.true(unpacked.equals(sent))
  const [c, d] = pair(t, 'stream')
  void c.write(sent).then(() => c.shutdown('write'))
  const packed = await allOf(d.readable.pipeThrough(new CompressionStream('gzip')))
  t.true(gunzipSync(packed).equals(sent))
})

test('new Response(socket.readable) reads it all', async (t) => {
  const [a, b] = pair(t, 'stream')
  void a.write('{"hello":"world"}').then(() => a.shutdown('write'))
  t.deepEqual(await new Response(b.readable).json(), { hello: 'world' })
})

test('tee() gives both the same', async (t) => {
  const [a, b] = pair(t, 'stream')
  const [one, other] = b.readable.tee()
  const sent = patterned(100_000)
  void a.write(sent).then(() => a.shutdown('write'))
  const [first, second] = await Promise.all([allOf(one), allOf(other)])
  t.true(first.equals(sent))
  t.true(second.equals(sent))
})

test('pipeTo() from one pair to another passes on the end, and errors as an abort', async (t) => {
  const [a, b] = pair(t, 'stream')
  const [c, d] = pair(t, 'stream')
  const piping = b.readable.pipeTo(c.writable)
  await a.write('through')
  t.is(String(await readAll(d, 7)), 'through')
  a.shutdown('write')
  await piping
  t.is(await d.read(Buffer.alloc(1)), 0)
})

test('a flood leaves the event loop its turns', async (t) => {
  const [a, b] = pair(t, 'stream')
  let turns = 0
  const turn = setInterval(() => turns++, 1)
  t.teardown(() => clearInterval(turn))
  const block = Buffer.alloc(64 * 1024)
  let bytes = 0
  const writing = (async () => {
    const writer = a.writable.getWriter()
    while (turns < 5 || bytes < 10_000_000) await writer.write(block)
    await writer.close()
  })()
  for await (const chunk of b.readable) bytes += chunk.length
  await writing
  t.true(turns >= 5)
})

test('leaving a loop over it cancels it, unless told otherwise', async (t) => {
  const [a, b] = pair(t, 'stream')
  await a.write('one')
  for await (const _ of b.readable.values({ preventCancel: true })) break
  await a.write('two')
  for await (const _ of b.readable) break
  await rejects(t, a.write('three'), 'EPIPE')
})
