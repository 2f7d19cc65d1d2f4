// Descriptors of sends that have to wait: they are held until they are sent, whatever becomes of their owners.
import { open } from 'node:fs/promises'
import { type DatagramSocket, Socket, socketpair, type StreamSocket } from 'socketpair'
import { collectUntil } from './helpers/collect.ts'
import { flagsOf, openDescriptors } from './helpers/descriptors.ts'
import { rejects } from './helpers/failures.ts'
import { afterFilling, fullPair, withoutFilling } from './helpers/full.ts'
import { closeAfter, MESSAGE_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { fileOf, pass, receive } from './helpers/passing.ts'
import { pipe, pipes } from './helpers/pipes.ts'
import { reportWithLimit } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

for (const type of TYPES) {
  test(`descriptors of a ${type} send that waits may be closed by their owner meanwhile`, async (t) => {
    const [a, b] = fullPair(t, type)
    const one = pipe(t)
    const file = fileOf(one.writer)
    const sent = pass(a, 'late', [one.writer, one.writer])
    one.closeWriter()
    // The number goes to a stranger.
    pipe(t)
    const came = await afterFilling(t, b)
    t.is(await sent, 4)
    t.is(withoutFilling(came.text), 'late')
    t.deepEqual(
      came.fds.map(({ fd }) => fileOf(fd)),
      [file, file],
    )
    for (const fd of came.fds) fd.close()
    t.is(one.read(), '', 'no duplicate is left')
  })

  test(`duplicates that a ${type} send holds while it waits are as many as they must be, and close-on-exec`, async (t) => {
    const [a, b] = fullPair(t, type)
    const { reader, writer } = pipe(t)
    const before = openDescriptors()
    const sends = [pass(a, 'one', [reader, writer]), pass(a, 'two', [writer])]
    const held = openDescriptors().filter((entry) => !before.includes(entry))
    t.is(held.length, 3)
    t.true(held.every((entry) => flagsOf(Number(entry.split(' ')[0])).closeOnExec))
    const came = [await afterFilling(t, b), await receive(t, b)]
    await Promise.all(sends)
    t.deepEqual(
      came.map(({ fds }) => fds.length),
      [2, 1],
    )
    for (const fd of came.flatMap(({ fds }) => fds)) fd.close()
    t.deepEqual(openDescriptors(), before)
  })

  test(`a Socket and a FileHandle that a ${type} send waits with may be closed meanwhile`, async (t) => {
    const [a, b] = fullPair(t, type)
    const [kept, given] = pair(t, 'stream')
    const handle = await open('/dev/null')
    const file = fileOf(handle.fd)
    const sent = pass(a, 'late', [given, handle])
    given.close()
    await handle.close()
    const came = await afterFilling(t, b)
    await sent
    t.is(fileOf(came.fds[1]?.fd as number), file)
    const arrived = came.fds[0]?.toSocket() as StreamSocket
    closeAfter(t, arrived)
    await arrived.write('alive')
    t.is((await kept.readChunk())?.toString(), 'alive')
  })

  test(`a Socket that a ${type} send waits with may be collected meanwhile`, async (t) => {
    const [a, b] = fullPair(t, type)
    let dropped: WeakRef<Socket> | undefined
    let sent: Promise<number> | undefined
    const kept = (() => {
      const [mine, given] = socketpair()
      dropped = new WeakRef<Socket>(given)
      sent = pass(a, 'late', [given])
      return mine
    })()
    closeAfter(t, kept)
    // It may be kept as well: it must only be there in the end.
    await collectUntil(() => dropped?.deref() === undefined)
    const came = await afterFilling(t, b)
    await sent
    const arrived = came.fds[0]?.toSocket() as StreamSocket
    closeAfter(t, arrived)
    await arrived.write('alive')
    t.is((await kept.readChunk())?.toString(), 'alive')
  })

  test(`sends over a ${type} pair that wait keep their order and their own descriptors`, async (t) => {
    const [a, b] = fullPair(t, type)
    const ten = pipes(t, 10)
    const sends = ten.flatMap(({ writer }, index) => [
      pass(a, `with ${index};`, [writer, ...(index % 2 ? [writer] : [])]),
      pass(a, `without ${index};`, []),
    ])
    const files = ten.map(({ writer }) => fileOf(writer))
    for (const each of ten) each.closeWriter()
    let text = ''
    const found: string[][] = []
    while (!text.endsWith('without 9;')) {
      const came = await receive(t, b)
      text += came.text
      if (came.fds.length === 0) continue
      // Its own text is the last of what came with it.
      t.regex(came.text, new RegExp(`with ${found.length};$`))
      found.push(came.fds.map(({ fd }) => fileOf(fd)))
    }
    await Promise.all(sends)
    t.is(withoutFilling(text), ten.map((_, index) => `with ${index};without ${index};`).join(''))
    t.deepEqual(
      found,
      files.map((file, index) => (index % 2 ? [file, file] : [file])),
    )
  })

  test(`a bad entry is told at the call also when a ${type} send would wait`, async (t) => {
    const [a] = fullPair(t, type)
    const { writer } = pipe(t)
    const before = openDescriptors()
    for (const [entry, code] of [
      [-1, 'EBADF'],
      [null, 'ERR_INVALID_ARG_TYPE'],
    ] as const) {
      const error = await rejects(t, pass(a, 'x', [writer, entry as number]), code)
      t.is(error['index'], 1)
    }
    await rejects(
      t,
      pass(
        a,
        'x',
        Array.from({ length: 254 }, () => writer),
      ),
      'EINVAL',
    )
    t.deepEqual(openDescriptors(), before)
  })

  test(`a ${type} send that has to wait and finds no room for duplicates says EMFILE`, (t) => {
    const answers = reportWithLimit(128, 'without-room.ts', [type])
    t.deepEqual(answers, {
      'ten with nine left': 'EMFILE',
      'nine are left': 9,
      'nine with nine left': 'sent',
      came: 9,
      order: ['late'],
    })
  })
}

for (const type of MESSAGE_TYPES) {
  test(`a sendMany of ${type} messages that has to wait holds the descriptors of those that wait`, async (t) => {
    const [a, b] = pair(t, type) as unknown as [DatagramSocket, DatagramSocket]
    const pipesOf = pipes(t, 40)
    // Together they are more than the queue takes.
    const messages = pipesOf.map((_, index) => Buffer.alloc(20_000, index))
    const files = pipesOf.map(({ writer }) => fileOf(writer))
    const sent = a.sendMany(messages, { fds: pipesOf.map(({ writer }) => [writer]) })
    for (const each of pipesOf) each.closeWriter()
    for (const [index, file] of files.entries()) {
      const { info, fds } = await receive(t, b)
      t.is(info.bytesRead, 20_000)
      t.deepEqual(
        fds.map(({ fd }) => fileOf(fd)),
        [file],
        `${index}`,
      )
      for (const fd of fds) fd.close()
    }
    t.is(await sent, 40)
    for (const each of pipesOf) t.is(each.read(), '')
  })
}
