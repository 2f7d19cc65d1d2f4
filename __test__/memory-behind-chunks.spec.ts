// Who has a chunk has all of `chunk.buffer`: what lies there beside the chunk is nothing of another socket, and
// nothing that was in the heap.
import { type AnySocket, MessageBatch } from 'socketpair'
import { MESSAGE_TYPES, pair } from './helpers/pairs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const LENGTHS = [1, 64, 65, 200, 2047, 2048, 16_000, 16_384, 33_000, 49_151, 49_152, 65_535, 65_536]
const SECRET = 0xa5
const OWN = 0x11

/** What is in the memory of a chunk besides bytes of its own socket. */
function strange(chunk: Uint8Array): Set<number> {
  const all = new Set(new Uint8Array(chunk.buffer))
  all.delete(0)
  all.delete(OWN)
  return all
}

/** Another socket receives secrets by every way, in all lengths; and the heap has some. */
async function spreadSecrets(t: ExecutionContext): Promise<void> {
  for (let round = 0; round < 50; round++) Buffer.allocUnsafeSlow(65_536 + round).fill(SECRET)
  for (const type of ['stream', ...MESSAGE_TYPES] as const) {
    const [here, there] = pair(t, type)
    for (const length of LENGTHS) {
      const bytes = Buffer.alloc(length, SECRET)
      if ('write' in there) await there.write(bytes)
      else await there.send(bytes)
      if ('readChunk' in here) await here.readChunk()
      else await here.recv()
    }
    here.close()
    there.close()
  }
}

type Receive = (end: AnySocket) => Promise<Uint8Array | null | undefined>

/** Receives by the iterator of a stream of Node or of the web, or of the end itself. */
function byIterating(of: (end: AnySocket) => unknown): Receive {
  const iterators = new WeakMap<AnySocket, AsyncIterator<Uint8Array | { data: Uint8Array }>>()
  return async (end) => {
    const iterator =
      iterators.get(end) ??
      (of(end) as AsyncIterable<Uint8Array | { data: Uint8Array }>)[Symbol.asyncIterator]()
    iterators.set(end, iterator)
    const { value } = (await iterator.next()) as { value: Uint8Array | { data: Uint8Array } }
    return 'data' in value ? value.data : value
  }
}

const RECEIVES: Record<string, Receive> = {
  'readChunk or recv': async (end) =>
    'readChunk' in end ? end.readChunk() : (await end.recv())?.data,
  'a peek': async (end) => {
    if ('readChunk' in end) return end.readChunk(1 << 20)
    const peeked = (await end.recv({ peek: true }))?.data
    await end.recv()
    return peeked
  },
  'a cut message, or part of the stream': async (end) =>
    'readChunk' in end ? end.readChunk(100) : (await end.recv({ maxBytes: 100 }))?.data,
  'its iterator': byIterating((end) => end),
  'a Duplex': byIterating((end) => end.toDuplex()),
  'a web stream': byIterating((end) => end.readable),
}

for (const type of ['stream', ...MESSAGE_TYPES] as const) {
  for (const [way, receive] of Object.entries(RECEIVES)) {
    test(`what a ${type} end gives by ${way} shows its own bytes alone`, async (t) => {
      const [here, there] = pair(t, type)
      for (const length of LENGTHS) {
        await spreadSecrets(t)
        const bytes = Buffer.alloc(length, OWN)
        if ('write' in there) await there.write(bytes)
        else await there.send(bytes)
        let landed = 0
        do {
          const chunk = (await receive(here)) as Uint8Array
          t.true(
            chunk.every((byte) => byte === OWN),
            `${length}`,
          )
          t.deepEqual([...strange(chunk)], [], `${length}`)
          landed += type === 'stream' ? chunk.length : length
        } while (landed < length)
      }
    })
  }
}

test('a batch shows nothing but the messages that it has received', async (t) => {
  await spreadSecrets(t)
  const [here, there] = pair(t, 'seqpacket')
  const batch = new MessageBatch({ bytes: 50_000 })
  await there.send(Buffer.alloc(10, OWN))
  await here.recvMany(batch)
  t.deepEqual([...strange(batch.message(0))], [])
})

test('a small chunk that is transferred takes no other chunk along', async (t) => {
  const [here, there] = pair(t, 'seqpacket')
  const chunks: Buffer[] = []
  for (let round = 0; round < 4; round++) {
    await there.send(Buffer.alloc(200, round))
    chunks.push((await here.recv())?.data as Buffer)
  }
  const first = chunks[0] as Buffer
  try {
    structuredClone(first, { transfer: [first.buffer as ArrayBuffer] })
  } catch (error) {
    // Newer versions of Node say so, older ones make a copy.
    t.is((error as Error).name, 'DataCloneError')
  }
  for (const [round, chunk] of chunks.entries()) {
    t.true(chunk.length === 200 && chunk.every((byte) => byte === round))
  }
  // Nor does one that is moved in spite of that keep the socket from receiving.
  if ('transfer' in ArrayBuffer.prototype)
    (first.buffer as unknown as { transfer(): void }).transfer()
  await there.send(Buffer.alloc(200, 7))
  t.true((await here.recv())?.data.every((byte) => byte === 7))
})
