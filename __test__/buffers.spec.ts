// The memory of an operation that waits is taken away, moved, made smaller or larger: an error or a result,
// never a wild write, and nothing is lost.

import test from 'ava'
import { MessageBatch, socketpair } from 'socketpair'
import { drain, fill, patterned, readAll } from './helpers/bytes.js'
import { guardDescriptors } from './helpers/descriptor-guard.js'
import { rejection } from './helpers/rejection.js'

guardDescriptors(test)

/** Node 20 has it; the types of ES2024 know it by another lib. */
interface Transferable {
  transfer(length?: number): ArrayBuffer
}

const resizable = (length: number, maxByteLength: number) =>
  new Uint8Array(new ArrayBuffer(length, { maxByteLength }))

/** Ways to take a view's memory away, or too much of it. */
const losses: Record<string, { make: () => Uint8Array; lose: (view: Uint8Array) => unknown }> = {
  'transferred by structuredClone': {
    make: () => new Uint8Array(16),
    lose: ({ buffer }) => structuredClone(buffer, { transfer: [buffer as unknown as ArrayBuffer] }),
  },
  'transferred by a message port': {
    make: () => new Uint8Array(16),
    lose: ({ buffer }) => {
      const { port1, port2 } = new MessageChannel()
      port1.postMessage(buffer, [buffer as ArrayBuffer])
      port1.close()
      port2.close()
    },
  },
  'moved by ArrayBuffer.prototype.transfer': {
    make: () => new Uint8Array(16),
    lose: ({ buffer }) =>
      'transfer' in buffer
        ? (buffer as unknown as Transferable).transfer()
        : structuredClone(buffer, { transfer: [buffer as unknown as ArrayBuffer] }),
  },
  'shrunk to nothing': {
    make: () => resizable(16, 64),
    lose: ({ buffer }) => (buffer as ArrayBuffer).resize(0),
  },
  'shrunk by one byte': {
    make: () => resizable(16, 64),
    lose: ({ buffer }) => (buffer as ArrayBuffer).resize(15),
  },
  'shrunk below a fixed view of it': {
    make: () => new Uint8Array(new ArrayBuffer(64, { maxByteLength: 64 }), 32, 16),
    lose: ({ buffer }) => (buffer as ArrayBuffer).resize(40),
  },
}

for (const [how, { make, lose }] of Object.entries(losses)) {
  test.serial(
    `a waiting read whose buffer is ${how} fails, and the next gets the bytes`,
    async (t) => {
      const [here, there] = socketpair()
      for (const read of [
        (view: Uint8Array) => here.read(view),
        (view: Uint8Array) => here.read(view, { timeout: 10_000 }),
        (view: Uint8Array) => here.readv([Buffer.alloc(3), view, Buffer.alloc(3)]),
        (view: Uint8Array) => here.readExactly(view),
      ]) {
        const view = make()
        const pending = read(view)
        const behind = here.read(Buffer.alloc(32))
        lose(view)
        await there.write('all of this')
        const error = await rejection(pending)
        t.is(error.code, 'ERR_INVALID_STATE')
        t.true(error instanceof TypeError)
        t.is(await behind, 11)
      }
      t.is(here.bytesRead, 4 * 11)
      here.close()
      there.close()
    },
  )

  test.serial(`a readExactly whose buffer is ${how} half-way says what had landed`, async (t) => {
    const [here, there] = socketpair()
    const view = make()
    const pending = here.readExactly(view)
    await there.write('abc')
    while (here.bytesRead < 3) await new Promise((resolve) => setImmediate(resolve))
    lose(view)
    await there.write('defgh')
    const error = await rejection(pending)
    t.is(error.code, 'ERR_INVALID_STATE')
    t.is(error.bytesRead, 3)
    t.is((await readAll(here, 5)).toString(), 'defgh')
    here.close()
    there.close()
  })

  for (const type of ['seqpacket', 'dgram'] as const) {
    test.serial(
      `a waiting ${type} recvInto whose buffer is ${how} fails, and the message stays`,
      async (t) => {
        const [here, there] = socketpair(type)
        const view = make()
        const pending = here.recvInto(view)
        lose(view)
        await there.send('the message')
        t.is((await rejection(pending)).code, 'ERR_INVALID_STATE')
        t.is((await here.recv())?.data.toString(), 'the message')
        here.close()
        there.close()
      },
    )

    test.serial(
      `waiting ${type} sends whose buffer is ${how} fail, and send nothing`,
      async (t) => {
        const [here, there] = socketpair(type)
        let filled = 0
        while (here.trySend('full') !== undefined) filled++
        const view = make()
        const sends = [
          here.send(view),
          here.sendv([Buffer.from('a'), view]),
          here.sendMany([view, Buffer.from('b')]),
        ]
        const behind = here.send('behind')
        lose(view)
        const outcomes = Promise.all(sends.map(rejection))
        for (let i = 0; i < filled; i++) t.is((await there.recv())?.data.toString(), 'full')
        t.deepEqual(
          (await outcomes).map(({ code }) => code),
          Array.from({ length: 3 }, () => 'ERR_INVALID_STATE'),
        )
        t.is(await behind, 6)
        t.is((await there.recv())?.data.toString(), 'behind')
        t.is(there.tryRecv(Buffer.alloc(1)), undefined)
        here.close()
        there.close()
      },
    )
  }

  test.serial(`a waiting write whose buffer is ${how} fails, and sends nothing more`, async (t) => {
    const [here, there] = socketpair()
    for (const vectored of [false, true]) {
      const filled = fill(here)
      const view = make()
      const write = vectored ? here.writev([view, 'b']) : here.write(view)
      const behind = here.write('behind')
      lose(view)
      const failure = rejection(write)
      t.true((await readAll(there, filled.length)).equals(filled))
      const error = await failure
      t.is(error.code, 'ERR_INVALID_STATE')
      t.is(error.bytesWritten, 0)
      t.is(await behind, 6)
      t.is((await readAll(there, 6)).toString(), 'behind')
    }
    here.close()
    there.close()
  })
}

test.serial(
  'a write whose buffer is taken away half-way says how much went, exactly',
  async (t) => {
    const [here, there] = socketpair()
    for (const vectored of [false, true]) {
      const bytes = patterned(2_000_000)
      const view = new Uint8Array(bytes)
      const before = here.bytesWritten
      const write = vectored ? here.writev(['', view]) : here.write(view)
      structuredClone(view.buffer, { transfer: [view.buffer] })
      const failure = rejection(write)
      const sent = here.bytesWritten - before
      t.true(sent > 0)
      t.true((await readAll(there, sent)).equals(bytes.subarray(0, sent)))
      const error = await failure
      t.is(error.code, 'ERR_INVALID_STATE')
      t.is(error.bytesWritten, sent)
      t.is(there.tryRead(Buffer.alloc(1)), undefined)
    }
    here.close()
    there.close()
  },
)

test.serial(
  'a buffer that grew while its read waited is filled as far as it was asked to',
  async (t) => {
    const [here, there] = socketpair()
    const [one, other] = socketpair('seqpacket')
    const views = Array.from({ length: 4 }, () => resizable(4, 4096))
    const [plain, pieces, exact, message] = views as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    const reads = [here.read(plain), here.readv([pieces]), here.readExactly(exact)] as const
    const received = one.recvInto(message)
    for (const { buffer } of views) (buffer as ArrayBuffer).resize(4096)
    await there.write('abcdefghijkl')
    await other.send('longer than four')
    t.deepEqual(await Promise.all(reads), [4, 4, undefined])
    const info = await received
    t.is(info?.bytesRead, 4)
    t.true(info?.truncated)
    t.deepEqual(
      views.map((view) => Buffer.from(view).toString('latin1', 0, 6)),
      ['abcd\0\0', 'efgh\0\0', 'ijkl\0\0', 'long\0\0'],
    )
    for (const end of [here, there, one, other]) end.close()
  },
)

test.serial('a buffer that grew while its write waited goes out as it was asked to', async (t) => {
  const [here, there] = socketpair()
  for (const vectored of [false, true]) {
    const filled = fill(here)
    const view = resizable(4, 4096)
    view.set(Buffer.from('abcd'))
    const write = vectored ? here.writev([view]) : here.write(view)
    ;(view.buffer as ArrayBuffer).resize(4096)
    t.true((await readAll(there, filled.length)).equals(filled))
    t.is(await write, 4)
    t.is(drain(there).toString(), 'abcd')
  }
  here.close()
  there.close()
})

for (const growable of [false, true]) {
  test.serial(
    `the memory of a ${growable ? 'growable ' : ''}SharedArrayBuffer can be received into and sent from`,
    async (t) => {
      const [here, there] = socketpair()
      const options = growable ? { maxByteLength: 1024 } : undefined
      const memory = new SharedArrayBuffer(8, options as { maxByteLength: number })
      const view = new Uint8Array(memory, 2, 4)
      const read = here.read(view)
      if (growable) memory.grow(1024)
      await there.write('abcdef')
      t.is(await read, 4)
      t.is(Buffer.from(memory).toString('latin1', 0, 8), '\0\0abcd\0\0')
      t.is(await here.write(view), 4)
      t.is((await readAll(there, 4)).toString(), 'abcd')
      t.is(await here.readv([view]), 2)
      here.close()
      there.close()
    },
  )
}

test.serial('one buffer can be waited on by many operations at once', async (t) => {
  const [here, there] = socketpair()
  const buffer = Buffer.alloc(4)
  const reads = Array.from({ length: 100 }, () => here.read(buffer))
  const write = here.write(buffer)
  structuredClone(buffer.buffer, { transfer: [] })
  await there.write(Buffer.alloc(400))
  t.deepEqual(
    await Promise.all(reads),
    Array.from({ length: 100 }, () => 4),
  )
  t.is(await write, 4)
  here.close()
  there.close()
})

test.serial(
  'a view that was detached before the call is refused at once, and nothing is lost',
  async (t) => {
    const [here, there] = socketpair()
    const [one, other] = socketpair('seqpacket')
    await there.write('x')
    await other.send('x')
    const view = new Uint8Array(4)
    structuredClone(view.buffer, { transfer: [view.buffer] })
    for (const operation of [
      here.read(view),
      here.readv([view]),
      here.readExactly(view),
      here.write(view),
      here.writev([view]),
      one.recvInto(view),
      one.send(view),
      one.sendMany([view]),
    ]) {
      t.is((await rejection(operation)).code, 'ERR_INVALID_STATE')
    }
    t.throws(() => here.tryRead(view), { code: 'ERR_INVALID_STATE' })
    t.throws(() => here.tryWrite(view), { code: 'ERR_INVALID_STATE' })
    t.throws(() => one.tryRecv(view), { code: 'ERR_INVALID_STATE' })
    t.is((await readAll(here, 1)).toString(), 'x')
    t.is((await one.recv())?.data.toString(), 'x')
    for (const end of [here, there, one, other]) end.close()
  },
)

test.serial(
  "a batch's memory can be taken away while it waits, and no message is lost",
  async (t) => {
    const [here, there] = socketpair('seqpacket')
    const batch = new MessageBatch({ maxMessages: 4, bytes: 64 })
    await there.send('first')
    t.is(await here.recvMany(batch), 1)
    const { buffer } = batch.message(0)
    const pending = here.recvMany(batch)
    structuredClone(buffer, { transfer: [buffer as unknown as ArrayBuffer] })
    await there.send('second')
    t.is((await rejection(pending)).code, 'ERR_INVALID_STATE')
    t.is((await here.recv())?.data.toString(), 'second')
    here.close()
    there.close()
  },
)
