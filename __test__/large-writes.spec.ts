// The send buffer that grows, once, where large writes keep waiting. (Of TCP: options.rs of the core.)
import type { PairOptions, StreamSocket } from 'socketpair'
import { pair } from './helpers/pairs.ts'
import { start } from './helpers/programs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const BLOCK = Buffer.alloc(256 * 1024, 7)
const WRITES = 40
const grows = process.platform === 'linux'

/** Lets a Python program read all that `write` writes; gives the buffer's size before and after. */
async function sizesAround(
  t: ExecutionContext,
  options: PairOptions,
  write: (end: StreamSocket) => Promise<unknown>,
): Promise<[number, number]> {
  const [mine, theirs] = pair(t, 'stream', options)
  const before = mine.sendBufferSize
  const { result } = start(t, 'drain.py', [theirs])
  await write(mine)
  const after = mine.sendBufferSize
  mine.close()
  t.deepEqual(await result(), { bytes: mine.bytesWritten })
  return [before, after]
}

async function writeOften(end: StreamSocket): Promise<void> {
  for (let i = 0; i < WRITES; i++) await end.write(BLOCK)
}

test('a stream whose large writes keep waiting gets a larger send buffer', async (t) => {
  const [before, after] = await sizesAround(t, {}, writeOften)
  t.is(after > before, grows, `${before}, then ${after}`)
})

test('so does one whose large writes come in pieces', async (t) => {
  const pieces = [BLOCK.subarray(0, 1000), BLOCK, BLOCK.subarray(0, 70_000)]
  const [before, after] = await sizesAround(t, {}, async (end) => {
    for (let i = 0; i < WRITES; i++) await end.writev(pieces)
  })
  t.is(after > before, grows, `${before}, then ${after}`)
})

test('a size that was asked for at creation stays, be it the usual one', async (t) => {
  const [end] = pair(t, 'stream')
  for (const sendBufferSize of [end.sendBufferSize / 2, 50_000]) {
    const [before, after] = await sizesAround(t, { sendBufferSize }, writeOften)
    t.is(after, before)
  }
})

test('a size that was set later stays, be it the usual one', async (t) => {
  const [before, after] = await sizesAround(t, {}, async (end) => {
    end.sendBufferSize = end.sendBufferSize / 2
    await writeOften(end)
  })
  t.is(after, before)
})

test('small writes leave the send buffer as it is', async (t) => {
  const [before, after] = await sizesAround(t, {}, async (end) => {
    for (let i = 0; i < 1000; i++) await end.write(BLOCK.subarray(0, 32 * 1024))
  })
  t.is(after, before)
})

test('a peer that does not read gets no larger buffer to be filled', async (t) => {
  const [mine] = pair(t, 'stream')
  const before = mine.sendBufferSize
  const writes = Array.from({ length: 20 }, () => mine.write(BLOCK, { timeout: 20 }))
  for (const write of writes) await t.throwsAsync(write, { code: 'ETIMEDOUT' })
  t.is(mine.sendBufferSize, before)
})
