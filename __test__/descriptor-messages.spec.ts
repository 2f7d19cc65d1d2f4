// Descriptors and messages: each message has its own, also when it is empty, cut, peeked at, or one of many.
import { MessageBatch } from 'socketpair'
import { openDescriptors } from './helpers/descriptors.ts'
import { rejects } from './helpers/failures.ts'
import { put, tryTake } from './helpers/io.ts'
import { MESSAGE_TYPES, pair } from './helpers/pairs.ts'
import { fileOf, pass, receive, receiveBy, waysOf } from './helpers/passing.ts'
import { pipe, pipes } from './helpers/pipes.ts'
import { test } from './helpers/test.ts'

const times = <T>(count: number, of: T): T[] => Array.from({ length: count }, () => of)

for (const type of MESSAGE_TYPES) {
  for (const [name, way] of waysOf(type)) {
    test(`an empty ${type} message carries descriptors: ${name}`, async (t) => {
      const [a, b] = pair(t, type)
      const { writer } = pipe(t)
      t.is(await pass(a, '', [writer]), 0)
      t.is(await a.sendv([], { fds: [writer, writer] }), 0)
      for (const count of [1, 2]) {
        const { text, fds } = await receiveBy(t, way, b)
        t.deepEqual([text, fds.length], ['', count])
      }
    })
  }

  test(`a ${type} message that is cut brings its descriptors all the same`, async (t) => {
    const [a, b] = pair(t, type)
    const { writer } = pipe(t)
    const { writer: other } = pipe(t)
    await pass(a, 'longer than that', [writer, other])
    const info = await b.recvInto(Buffer.alloc(4))
    t.true(info?.truncated)
    t.false(info?.fdsTruncated)
    const fds = info?.fds ?? []
    t.deepEqual(
      fds.map(({ fd }) => fileOf(fd)),
      [fileOf(writer), fileOf(other)],
    )
    for (const each of fds) each.close()
  })

  test(`a peek at a ${type} message brings no descriptors, and takes none`, async (t) => {
    const [a, b] = pair(t, type)
    const { writer } = pipe(t)
    await pass(a, 'x', [writer])
    const before = openDescriptors()
    for (let round = 0; round < 3; round++) {
      const peeked = await b.recv({ peek: true })
      t.deepEqual([peeked?.data.toString(), peeked?.fds], ['x', []])
    }
    t.deepEqual(openDescriptors(), before)
    t.is((await receive(t, b)).fds.length, 1)
  })

  test(`sendMany gives each ${type} message its own descriptors`, async (t) => {
    const [a, b] = pair(t, type)
    const [one, two, three] = pipes(t, 3).map(({ writer }) => writer) as [number, number, number]
    const messages = ['a', 'b', 'c', 'd', 'e'].map((text) => Buffer.from(text))
    t.is(await a.sendMany(messages, { fds: [undefined, [one], [], [two, three]] }), 5)
    const expected = [[], [one], [], [two, three], []]
    for (const [index, message] of messages.entries()) {
      const { text, fds } = await receive(t, b)
      t.is(text, message.toString())
      t.deepEqual(
        fds.map(({ fd }) => fileOf(fd)),
        expected[index]?.map(fileOf),
      )
    }
  })

  test(`sendMany of ${type} messages refuses what is wrong before anything is sent`, async (t) => {
    const [a, b] = pair(t, type)
    const { writer } = pipe(t)
    const messages = [Buffer.from('a'), Buffer.from('b')]
    await rejects(t, a.sendMany(messages, { fds: [[], [], []] }), 'ERR_INVALID_ARG_VALUE')
    await rejects(t, a.sendMany([], { fds: [[writer]] }), 'ERR_INVALID_ARG_VALUE')
    await rejects(t, a.sendMany(messages, { fds: [writer] as never }), 'ERR_INVALID_ARG_TYPE')
    for (const [entry, code] of [
      [-1, 'EBADF'],
      ['x', 'ERR_INVALID_ARG_TYPE'],
    ] as const) {
      const fds = [[writer], [writer, writer, entry as number]]
      const error = await rejects(t, a.sendMany(messages, { fds }), code)
      t.deepEqual([error['messageIndex'], error['index']], [1, 2], code)
    }
    t.is(tryTake(b), undefined)
    await rejects(t, a.sendMany(messages, { fds: [[], times(254, writer)] }), 'EINVAL')
  })

  test(`recvMany gives each ${type} message of a batch its own descriptors`, async (t) => {
    const [a, b] = pair(t, type)
    const five = pipes(t, 5)
    for (const [index, { writer }] of five.entries()) {
      await put(a, `plain ${index}`)
      await pass(a, `with ${index}`, times(index + 1, writer))
    }
    const batch = new MessageBatch()
    t.is(await b.recvMany(batch), 10)
    const descriptors = Array.from({ length: 10 }, (_, index) => batch.info(index).fds)
    t.deepEqual(
      descriptors.map(({ length }) => length),
      [0, 1, 0, 2, 0, 3, 0, 4, 0, 5],
    )
    for (const [index, fds] of descriptors.entries()) {
      const writer = five[index >> 1]?.writer as number
      t.true(fds.every(({ fd }) => fileOf(fd) === fileOf(writer)))
      t.is(batch.info(index).fds[0]?.fd, fds[0]?.fd, 'the same each time')
    }
    for (const each of descriptors.flat()) each.close()
  })
}
