// Giving up: by a signal or by a timeout, at every stage of an operation. What it had not moved is still
// there for the next one, and the others keep their order.

import test from 'ava'
import { type OperationOptions, type StreamSocket, type SystemError, socketpair } from 'socketpair'
import { drain, fill, patterned, readAll } from './helpers/bytes.js'
import { guardDescriptors } from './helpers/descriptor-guard.js'
import { codes, rejection } from './helpers/rejection.js'

guardDescriptors(test)

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A way to give up: what to pass, what to do then, and what the promise must reject with. */
interface Way {
  options: OperationOptions
  giveUp: () => Promise<void>
  check: (error: unknown) => boolean
}

const ways: Record<string, () => Way> = {
  'a signal': () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    return {
      options: { signal: controller.signal },
      giveUp: async () => controller.abort(reason),
      check: (error) => error === reason,
    }
  },
  'a signal without a reason': () => {
    const controller = new AbortController()
    return {
      options: { signal: controller.signal },
      giveUp: async () => controller.abort(),
      check: (error) => error instanceof DOMException && error.name === 'AbortError',
    }
  },
  'a timeout': () => ({
    options: { timeout: 30 },
    giveUp: async () => {},
    check: (error) => {
      const { code, syscall, errno } = error as SystemError
      return code === 'ETIMEDOUT' && ['sendmsg', 'recvmsg'].includes(syscall) && errno < 0
    },
  }),
  'a timeout, with a signal beside it': () => ({
    options: { timeout: 30, signal: new AbortController().signal },
    giveUp: async () => {},
    check: (error) => (error as SystemError).code === 'ETIMEDOUT',
  }),
}

for (const [name, make] of Object.entries(ways)) {
  test.serial(
    `a read given up by ${name} takes nothing, and the next finds every byte`,
    async (t) => {
      const [here, there] = socketpair()
      for (const stage of ['same turn', 'waiting']) {
        const { options, giveUp, check } = make()
        const buffer = Buffer.alloc(8, 'u')
        const read = here.read(buffer, options)
        if (stage === 'waiting') await turn()
        await giveUp()
        t.true(check(await rejection(read)))
        t.is(buffer.toString(), 'uuuuuuuu')
        t.is(here.bytesRead, 0)
      }
      await there.write('complete')
      t.is((await readAll(here, 8)).toString(), 'complete')
      here.close()
      there.close()
    },
  )

  test.serial(
    `a readExactly given up by ${name} says what landed, and the next goes on behind it`,
    async (t) => {
      const [here, there] = socketpair()
      const { options, giveUp, check } = make()
      const buffer = Buffer.alloc(8, 'u')
      const read = here.readExactly(buffer, options)
      await there.write('abc')
      while (here.bytesRead < 3) await turn()
      await giveUp()
      const error = await rejection(read)
      t.true(check(error))
      t.is(error.bytesRead, 3)
      t.is(buffer.toString(), 'abcuuuuu')
      await there.write('defgh')
      t.is((await readAll(here, 5)).toString(), 'defgh')
      t.is(here.bytesRead, 8)
      here.close()
      there.close()
    },
  )

  for (const vectored of [false, true]) {
    test.serial(
      `a ${vectored ? 'writev' : 'write'} given up by ${name} says how much went, exactly, and the next follows it`,
      async (t) => {
        const [here, there] = socketpair()
        const { options, giveUp, check } = make()
        const bytes = patterned(3_000_000)
        const pieces = [bytes.subarray(0, 1000), bytes.subarray(1000, 1000), bytes.subarray(1000)]
        const write = vectored ? here.writev(pieces, options) : here.write(bytes, options)
        const behind = here.write('behind')
        // Some of it is taken by the peer, so that it went in more than one part.
        const first = await readAll(there, 100_000)
        await turn()
        await giveUp()
        const error = await rejection(write)
        t.true(check(error))
        const { bytesWritten = -1 } = error
        t.true(bytesWritten >= 100_000 && bytesWritten < bytes.length, String(bytesWritten))
        const rest = await readAll(there, bytesWritten - first.length + 6)
        t.is(await behind, 6)
        t.true(
          Buffer.concat([first, rest]).equals(
            Buffer.concat([bytes.subarray(0, bytesWritten), Buffer.from('behind')]),
          ),
        )
        t.is(here.bytesWritten, bytesWritten + 6)
        t.is(there.tryRead(Buffer.alloc(1)), undefined)
        here.close()
        there.close()
      },
    )
  }

  for (const type of ['seqpacket', 'dgram'] as const) {
    test.serial(`${type} receives given up by ${name} take no message`, async (t) => {
      const [here, there] = socketpair(type)
      for (const receive of [
        (options: OperationOptions) => here.recv(options),
        (options: OperationOptions) => here.recv({ ...options, peek: true }),
        (options: OperationOptions) => here.recvInto(Buffer.alloc(9), options),
      ]) {
        const { options, giveUp, check } = make()
        const pending = receive(options)
        await turn()
        await giveUp()
        t.true(check(await rejection(pending)))
      }
      await there.send('a message')
      t.is((await here.recv())?.data.toString(), 'a message')
      here.close()
      there.close()
    })

    test.serial(`${type} sends given up by ${name} have sent nothing`, async (t) => {
      const [here, there] = socketpair(type)
      let filled = 0
      while (here.trySend(`${filled}`) !== undefined) filled++
      const { options, giveUp, check } = make()
      const pending = here.send('never', options)
      const behind = here.send('behind')
      await turn()
      await giveUp()
      t.true(check(await rejection(pending)))
      for (let i = 0; i < filled; i++) t.is((await there.recv())?.data.toString(), `${i}`)
      t.is((await there.recv())?.data.toString(), 'behind')
      t.is(await behind, 6)
      t.is(there.tryRecv(Buffer.alloc(9)), undefined)
      here.close()
      there.close()
    })
  }

  test.serial(
    `an operation given up by ${name} in the middle of a queue leaves the others in order`,
    async (t) => {
      const [here, there] = socketpair()
      const settled: string[] = []
      const buffers = Array.from({ length: 7 }, () => Buffer.alloc(1))
      const { options, giveUp, check } = make()
      const given: Promise<unknown>[] = []
      const others = buffers.flatMap((buffer, index) => {
        const read = here.read(buffer, index % 2 ? options : undefined)
        void read.then(() => settled.push(`${index}`)).catch(() => {})
        if (index % 2) given.push(read)
        return index % 2 ? [] : [read]
      })
      const failures = Promise.all(given.map(rejection))
      await turn()
      await giveUp()
      t.true((await failures).every(check))
      await there.write('abcd')
      t.deepEqual(await Promise.all(others), [1, 1, 1, 1])
      t.is(Buffer.concat(buffers.filter((_, index) => index % 2 === 0)).toString(), 'abcd')
      t.deepEqual(settled, ['0', '2', '4', '6'])
      here.close()
      there.close()
    },
  )
}

test.serial(
  'an aborted signal ends an operation before it did anything, whatever is there',
  async (t) => {
    const reason = new Error('before')
    const signal = AbortSignal.abort(reason)
    const [here, there] = socketpair()
    const [one, other] = socketpair('seqpacket')
    await there.write('bytes')
    await other.send('message')
    const before = here.bytesWritten
    for (const operation of [
      here.read(Buffer.alloc(5), { signal }),
      here.readv([Buffer.alloc(5)], { signal }),
      here.readExactly(Buffer.alloc(5), { signal }),
      here.readChunk(5, { signal }),
      here.write('never', { signal }),
      here.writev(['never'], { signal }),
      one.recv({ signal }),
      one.recvInto(Buffer.alloc(7), { signal }),
      one.send('never', { signal }),
      one.sendv(['never'], { signal }),
      one.sendMany([Buffer.from('never')], { signal }),
    ]) {
      t.is((await rejection(operation)) as unknown, reason)
    }
    t.is(here.bytesWritten, before)
    t.is(there.tryRead(Buffer.alloc(5)), undefined)
    t.is(other.tryRecv(Buffer.alloc(7)), undefined)
    t.is((await readAll(here, 5)).toString(), 'bytes')
    t.is((await one.recv())?.data.toString(), 'message')
    for (const end of [here, there, one, other]) end.close()
  },
)

test.serial(
  'a timeout of 0 tries once: it succeeds with what is there and fails at once without',
  async (t) => {
    const [here, there] = socketpair()
    t.is((await rejection(here.read(Buffer.alloc(1), { timeout: 0 }))).code, 'ETIMEDOUT')
    await there.write('ab')
    t.is(await here.read(Buffer.alloc(1), { timeout: 0 }), 1)
    const error = await rejection(here.readExactly(Buffer.alloc(4), { timeout: 0 }))
    t.is(error.code, 'ETIMEDOUT')
    t.is(error.bytesRead, 1)
    const filled = fill(here).length
    const refused = await rejection(here.write('x', { timeout: 0 }))
    t.is(refused.code, 'ETIMEDOUT')
    t.is(refused.bytesWritten, 0)
    t.is(drain(there).length, filled)
    t.is(await here.write('x', { timeout: 0 }), 1)
    here.close()
    there.close()
  },
)

test.serial(
  'a timeout of 0 tries however much was moved in this turn of the event loop',
  async (t) => {
    const [here, there] = socketpair()
    await there.write(Buffer.alloc(2000))
    // Without a turn of the loop in between: each of them resolves in a microtask.
    for (let i = 0; i < 2000; i++) {
      t.is(await here.read(Buffer.alloc(1), { timeout: 0 }), 1)
    }
    t.is((await rejection(here.read(Buffer.alloc(1), { timeout: 0 }))).code, 'ETIMEDOUT')
    here.close()
    there.close()
  },
)

test.serial('a timeout of 0 behind waiting operations fails and leaves them alone', async (t) => {
  const [here, there] = socketpair()
  const buffer = Buffer.alloc(1)
  const first = here.read(buffer)
  t.is((await rejection(here.read(Buffer.alloc(1), { timeout: 0 }))).code, 'ETIMEDOUT')
  await there.write('x')
  t.is(await first, 1)
  t.is(buffer.toString(), 'x')
  here.close()
  there.close()
})

test.serial(
  'one signal ends hundreds of operations in both directions, in the order of their calls',
  async (t) => {
    const [here, there] = socketpair()
    const controller = new AbortController()
    const options = { signal: controller.signal }
    const settled: number[] = []
    const filled = fill(here)
    const operations = Array.from({ length: 600 }, (_, index) => {
      const operation =
        index % 2 ? here.write('never', options) : here.read(Buffer.alloc(1), options)
      return operation.catch((error: unknown) => {
        t.is(error, controller.signal.reason)
        settled.push(index)
      })
    })
    await turn()
    controller.abort()
    await Promise.all(operations)
    t.deepEqual(
      settled,
      settled.toSorted((a, b) => a - b),
    )
    t.is(settled.length, 600)
    t.true(drain(there).equals(filled))
    t.is(await here.write('after'), 5)
    t.is((await readAll(there, 5)).toString(), 'after')
    here.close()
    there.close()
  },
)

test.serial('a signal that aborts once the operation has settled changes nothing', async (t) => {
  const [here, there] = socketpair()
  const controller = new AbortController()
  const { signal } = controller
  const read = here.read(Buffer.alloc(1), { signal })
  await there.write('x')
  t.is(await read, 1)
  const next = here.read(Buffer.alloc(1))
  controller.abort()
  await there.write('y')
  t.is(await next, 1)
  t.deepEqual(await codes([here.read(Buffer.alloc(1), { signal, timeout: 0 })]), [20 as never])
  here.close()
  there.close()
})

test.serial(
  'an operation can be given up from the continuation of another of the same end',
  async (t) => {
    const [here, there]: [StreamSocket, StreamSocket] = socketpair()
    const controller = new AbortController()
    const first = here.read(Buffer.alloc(1)).then(() => controller.abort())
    const second = rejection(here.read(Buffer.alloc(1), { signal: controller.signal }))
    const third = here.readChunk()
    await there.write('a')
    await first
    t.is((await second) as unknown, controller.signal.reason)
    await there.write('b')
    t.is((await third)?.toString(), 'b')
    here.close()
    there.close()
  },
)
