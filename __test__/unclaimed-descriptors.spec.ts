// Received descriptors that nobody takes: whoever ends first, the collector, a socket, a thread, the process,
// they are closed, and it is said.
import { setImmediate as turn } from 'node:timers/promises'
import { type AnySocket, type ReceivedFd, socketpair } from 'socketpair'
import { collectUntil } from './helpers/collect.ts'
import { openDescriptors } from './helpers/descriptors.ts'
import { endedWell, runProgram } from './helpers/endings.ts'
import { pair, TYPES } from './helpers/pairs.ts'
import { pass, receive, waysOf } from './helpers/passing.ts'
import { pipe } from './helpers/pipes.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'
import { warnings } from './helpers/warnings.ts'

const CODE = 'SOCKETPAIR_FD_UNCLAIMED'

for (const type of TYPES) {
  for (const [name, way] of waysOf(type)) {
    test(`descriptors that came over a ${type} pair and nobody took are closed by the collector, with a warning: ${name}`, async (t) => {
      const seen = warnings(t, CODE)
      const [a, b] = pair(t, type)
      const one = pipe(t)
      await pass(a, 'x', [one.writer, one.writer, one.writer])
      one.closeWriter()
      // Looked at, and dropped.
      await (async () => {
        const came = await way(b)
        t.is(came?.fds.length, 3)
      })()
      t.true(await collectUntil(() => one.read() === ''))
      await until(() => seen.length > 0)
      t.regex(seen.map(({ message }) => message).join(' '), /\b3\b/)
      t.is(seen.length, 1, 'one that counts them')
    })
  }

  test(`a message over a ${type} pair that is dropped with its descriptors unseen loses them`, async (t) => {
    const seen = warnings(t, CODE)
    const [a, b] = pair(t, type)
    const one = pipe(t)
    await pass(a, 'x', [one.writer])
    one.closeWriter()
    await (async () => {
      const buffer = Buffer.alloc(4)
      const info = 'recvInto' in b ? await b.recvInto(buffer) : await b.readMessage(buffer)
      t.is(info?.bytesRead, 1)
    })()
    t.is(one.read(), undefined)
    // The socket may keep it for as long as it is open.
    b.close()
    t.true(await collectUntil(() => one.read() === ''))
    await until(() => seen.length > 0)
  })

  test(`descriptors that came over a ${type} pair outlive its close once they were looked at`, async (t) => {
    const seen = warnings(t, CODE)
    const [a, b] = pair(t, type)
    const one = pipe(t)
    await pass(a, 'x', [one.writer])
    one.closeWriter()
    const { fds } = await receive(t, b)
    a.close()
    b.close()
    t.false(await collectUntil(() => one.read() === ''))
    fds[0]?.close()
    t.is(one.read(), '')
    await turn()
    t.deepEqual(seen, [])
  })

  test(`K58 a ${type} end that closes with descriptors in its queue closes them`, async (t) => {
    const seen = warnings(t, CODE)
    const [a, b] = pair(t, type)
    const one = pipe(t)
    for (let index = 0; index < 5; index++) await pass(a, 'x', [one.writer, one.writer])
    one.closeWriter()
    t.is(one.read(), undefined)
    b.close()
    await until(() => one.read() === '')
    await turn()
    t.deepEqual(seen, [], 'nobody had received them')
  })

  test(`K58 a ring of three ${type} pairs that hold a pipe is collected by the system`, async (t) => {
    const one = pipe(t)
    const pairs = [0, 1, 2].map(
      () => socketpair(type as 'stream') as unknown as [AnySocket, AnySocket],
    )
    // The queue of each holds the receiver of the next.
    for (const [index, [sender]] of pairs.entries()) {
      const [, next] = pairs[(index + 1) % 3] as [AnySocket, AnySocket]
      await pass(sender, 'x', [next, ...(index === 0 ? [one.writer] : [])])
    }
    one.closeWriter()
    for (const end of pairs.flat()) end.close()
    // The system looks for such rings when an end with descriptors in its queue closes, sometimes a later one.
    await until(() => {
      const [a, b] = socketpair('dgram')
      a.send('x', { fds: [one.reader] }).catch(() => {})
      b.close()
      a.close()
      return one.read() === ''
    })
    t.is(one.read(), '')
  })
}

test('taken and closed descriptors cause no warning when they are collected', async (t) => {
  const seen = warnings(t, CODE)
  const [a, b] = pair(t, 'stream')
  const one = pipe(t)
  const before = openDescriptors()
  const dropped: WeakRef<ReceivedFd>[] = []
  for (let round = 0; round < 20; round++) {
    await pass(a, 'x', [one.reader, a])
    await (async () => {
      const { fds } = (await waysOf('stream')[0]?.[1](b)) ?? { fds: [] }
      const [file, socket] = fds
      if (file === undefined || socket === undefined) return t.fail('nothing came')
      dropped.push(new WeakRef(file), new WeakRef(socket))
      file.close()
      socket.toSocket().close()
    })()
  }
  t.true(await collectUntil(() => dropped.every((each) => each.deref() === undefined)))
  await turn()
  t.deepEqual(seen, [])
  t.deepEqual(openDescriptors(), before)
})

test('descriptors that their owner closed are not closed again when they are collected', async (t) => {
  const [a, b] = pair(t, 'stream')
  const dropped: WeakRef<ReceivedFd>[] = []
  const one = pipe(t)
  const kept = await (async () => {
    await pass(
      a,
      'x',
      Array.from({ length: 50 }, () => one.reader),
    )
    const { fds } = (await waysOf('stream')[0]?.[1](b)) ?? { fds: [] }
    dropped.push(...fds.map((fd) => new WeakRef(fd)))
    const numbers = fds.map(({ fd }) => fd)
    for (const fd of fds) fd.close()
    // The numbers are in use again by the time of the collection.
    const pairs = Array.from({ length: 25 }, () => socketpair())
    t.deepEqual(
      pairs
        .flat()
        .map(({ fd }) => fd)
        .toSorted((x, y) => x - y),
      numbers.toSorted((x, y) => x - y),
    )
    return pairs
  })()
  t.true(await collectUntil(() => dropped.every((each) => each.deref() === undefined)))
  for (const [here, there] of kept) {
    await here.write('x')
    t.is(await there.read(Buffer.alloc(1)), 1)
    here.close()
    there.close()
  }
})

for (const how of ['main thread', 'workers'] as const) {
  test(`descriptors nobody took are collected in a process of their own: ${how}`, async (t) => {
    // The host opens descriptors of its own to print the first warning.
    const execArgv = ['--expose-gc', '--no-warnings']
    const ending = await runProgram('unclaimed.mjs', { args: [how], execArgv })
    endedWell(t, ending, 'collected, and warned of')
  })
}

for (const how of ['terminate', 'process.exit()', 'natural end', 'uncaught error']) {
  test(`a worker that ends with descriptors received and not taken closes them: ${how}`, async (t) => {
    const ending = await runProgram('unclaimed-in-workers.mjs', { args: [how] })
    endedWell(t, ending, 'every descriptor came back')
  })
}

for (const how of ['exit', 'natural end', 'killed']) {
  test(`a process can end with descriptors received and not taken: ${how}`, async (t) => {
    for (let round = 0; round < 3; round++) {
      const { code, signal, stdout, stderr } = await runProgram('exit-with-descriptors.mjs', {
        args: [how],
      })
      t.deepEqual([code, signal, stdout], how === 'killed' ? [null, 'SIGTERM', ''] : [7, null, ''])
      t.notRegex(stderr, /panicked|fatal|assert|abort|Error/i)
    }
  })
}
