// Operations of one direction settle in the order of their calls, whatever methods they are; the two
// directions know nothing of each other.

import test from 'ava'
import { MessageBatch, socketpair } from 'socketpair'
import { fill, patterned, readAll } from './helpers/bytes.js'
import { guardDescriptors } from './helpers/descriptor-guard.js'
import { codes, rejection } from './helpers/rejection.js'

guardDescriptors(test)

/** Notes the names of operations in the order in which they settle. */
function journal() {
  const settled: string[] = []
  const note = <T>(name: string, operation: Promise<T>): Promise<T> => {
    void operation.then(
      () => settled.push(name),
      () => settled.push(`${name}!`),
    )
    return operation
  }
  return { settled, note }
}

for (const waiting of [true, false]) {
  const when = waiting ? 'that wait' : 'that find everything there'
  test.serial(
    `stream reads by every method ${when} get the bytes in the order of their calls`,
    async (t) => {
      const [here, there] = socketpair()
      const { settled, note } = journal()
      if (!waiting) await there.write('aabbccddeef')
      const [plain, one, two, exact, last] = Array.from({ length: 5 }, () => Buffer.alloc(2)) as [
        Buffer,
        Buffer,
        Buffer,
        Buffer,
        Buffer,
      ]
      const chunks = here[Symbol.asyncIterator]()
      const operations = [
        note('read', here.read(plain)),
        note('readv', here.readv([one.subarray(0, 1), two.subarray(0, 1)])),
        note('readExactly', here.readExactly(exact)),
        note('readChunk', here.readChunk(2)),
        note('read with options', here.read(last, { timeout: 60_000 })),
        // A generator's promises are its own: they settle some microtasks later.
        chunks.next(),
      ]
      if (waiting) await there.write('aabbccddeef')
      const results = await Promise.all(operations)
      t.is(`${plain}${one[0]}${two[0]}${exact}${String(results[3])}${last}`, `aa${98}${98}ccddee`)
      t.deepEqual(results[5], { done: false, value: Buffer.from('f') })
      t.deepEqual(settled, ['read', 'readv', 'readExactly', 'readChunk', 'read with options'])
      here.close()
      there.close()
    },
  )
}

test.serial('stream writes by every method go out in the order of their calls', async (t) => {
  const [here, there] = socketpair()
  const { settled, note } = journal()
  const filled = fill(here)
  const large = patterned(1_000_000)
  const operations = [
    note('write', here.write('first ')),
    note('writev', here.writev(['second ', large])),
    note('write with options', here.write('third ', { timeout: 60_000 })),
    note('large', here.write(large)),
    note('last', here.write('last')),
  ]
  t.is(here.tryWrite('overtakes'), undefined)
  const expected = Buffer.concat([
    filled,
    Buffer.from('first second '),
    large,
    Buffer.from('third '),
    large,
    Buffer.from('last'),
  ])
  t.true((await readAll(there, expected.length)).equals(expected))
  t.deepEqual(await Promise.all(operations), [6, 7 + large.length, 6, large.length, 4])
  t.deepEqual(settled, ['write', 'writev', 'write with options', 'large', 'last'])
  here.close()
  there.close()
})

test.serial('tryWrite and tryRead overtake nobody who waits', async (t) => {
  const [here, there] = socketpair()
  const large = patterned(10_000_000)
  const write = here.write(large)
  t.is(here.tryWrite('x'), undefined)
  const read = there.readExactly(Buffer.alloc(large.length + 1))
  t.is(there.tryRead(Buffer.alloc(1)), undefined)
  t.is(await write, large.length)
  t.is(here.tryWrite('x'), 1)
  await read
  t.is(there.tryRead(Buffer.alloc(1)), undefined, 'nothing is left')
  here.close()
  there.close()
})

for (const type of ['seqpacket', 'dgram'] as const) {
  test.serial(
    `${type} receives by every method get the messages in the order of their calls`,
    async (t) => {
      const [here, there] = socketpair(type)
      const { settled, note } = journal()
      const buffer = Buffer.alloc(8)
      const batch = new MessageBatch({ maxMessages: 1 })
      const messages = here[Symbol.asyncIterator]()
      const operations = [
        note('recv', here.recv()),
        note('peek', here.recv({ peek: true })),
        note('recvInto', here.recvInto(buffer)),
        note('recvMany', here.recvMany(batch)),
        note('recv with options', here.recv({ maxBytes: 2, timeout: 60_000 })),
        messages.next(),
      ] as const
      t.is(here.tryRecv(Buffer.alloc(1)), undefined)
      for (const message of ['first', 'second', 'third', 'fourth', 'fifth'])
        await there.send(message)
      const [first, peeked, into, count, cut, iterated] = await Promise.all(operations)
      t.is(first?.data.toString(), 'first')
      t.is(peeked?.data.toString(), 'second')
      t.is(buffer.toString('latin1', 0, into?.bytesRead), 'second')
      t.is(count, 1)
      t.is(Buffer.from(batch.message(0)).toString(), 'third')
      t.is(cut?.data.toString(), 'fo')
      t.true(cut?.truncated)
      t.is(iterated.done ? undefined : iterated.value.data.toString(), 'fifth')
      t.deepEqual(settled, ['recv', 'peek', 'recvInto', 'recvMany', 'recv with options'])
      here.close()
      there.close()
    },
  )

  test.serial(`${type} sends by every method go out in the order of their calls`, async (t) => {
    const [here, there] = socketpair(type)
    const { settled, note } = journal()
    let filled = 0
    while (here.trySend('full') !== undefined) filled++
    const operations = [
      note('send', here.send('1')),
      note('sendv', here.sendv(['2', '2'])),
      note('sendMany', here.sendMany([Buffer.from('3'), Buffer.from('4')])),
      note('send with options', here.send('5', { timeout: 60_000 })),
    ]
    t.is(here.trySend('overtakes'), undefined)
    const received = []
    for (let i = 0; i < filled + 5; i++) received.push(String((await there.recv())?.data))
    t.deepEqual(received.slice(filled), ['1', '22', '3', '4', '5'])
    t.deepEqual(await Promise.all(operations), [1, 2, 2, 1])
    t.deepEqual(settled, ['send', 'sendv', 'sendMany', 'send with options'])
    here.close()
    there.close()
  })
}

test.serial('a write that waits does not hold up reads, nor a read writes', async (t) => {
  const [here, there] = socketpair()
  const read = here.read(Buffer.alloc(1))
  t.is(await here.write('not held up'), 11)
  const filled = fill(here).length
  const write = here.write('waits')
  await there.write('x')
  t.is(await read, 1)
  t.is(await here.read(Buffer.alloc(1), { timeout: 0 }).catch((error) => error.code), 'ETIMEDOUT')
  t.is((await readAll(there, 11 + filled + 5)).toString('latin1', 11 + filled), 'waits')
  t.is(await write, 5)
  here.close()
  there.close()
})

test.serial(
  'a failing operation takes its place in the order, and those behind it go on',
  async (t) => {
    const [here, there] = socketpair('seqpacket')
    const { settled, note } = journal()
    while (here.trySend('full') !== undefined);
    const tooLong = note('too long', here.send(Buffer.alloc(here.sendBufferSize)))
    const operations = [note('before', here.send('a')), tooLong, note('after', here.send('b'))]
    const outcome = codes(operations)
    while ((await there.recv())?.data.toString() !== 'b');
    t.deepEqual(await outcome, [undefined, 'EMSGSIZE', undefined])
    t.deepEqual(settled.toSorted(), ['after', 'before', 'too long!'])
    t.true(settled.indexOf('before') < settled.indexOf('after'))
    here.close()
    there.close()
  },
)

test.serial('at end-of-file every waiting read settles, in order', async (t) => {
  const [here, there] = socketpair()
  const { settled, note } = journal()
  const reads = Array.from({ length: 300 }, (_, index) =>
    note(`${index}`, here.read(Buffer.alloc(4))),
  )
  const exact = rejection(here.readExactly(Buffer.alloc(4)))
  await there.write('last')
  there.close()
  t.deepEqual(await Promise.all(reads), [4, ...Array.from({ length: 299 }, () => 0)])
  t.is((await exact).code, 'ERR_UNEXPECTED_EOF')
  t.deepEqual(
    settled,
    Array.from({ length: 300 }, (_, index) => `${index}`),
  )
  here.close()
})

test.serial(
  'when the peer goes, every waiting write rejects, in order, and says what went',
  async (t) => {
    const [here, there] = socketpair()
    const filled = fill(here).length
    const writes = Array.from({ length: 100 }, () => rejection(here.write(Buffer.alloc(100_000))))
    await readAll(there, filled)
    there.close()
    const errors = await Promise.all(writes)
    const sent = errors.map((error) => error.bytesWritten ?? -1)
    t.is(
      sent.reduce((sum, bytes) => sum + bytes, filled),
      here.bytesWritten,
    )
    t.true(errors.every(({ code }) => code === 'EPIPE' || code === 'ECONNRESET'))
    here.close()
  },
)
