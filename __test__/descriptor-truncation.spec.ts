// Descriptors for which there is no room: it is told, they are closed, and the data comes all the same.
import { MessageBatch } from 'socketpair'
import { openDescriptors } from './helpers/descriptors.ts'
import { rejects } from './helpers/failures.ts'
import { put } from './helpers/io.ts'
import { MESSAGE_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { fileOf, pass, receive, receiveBy, waysWithOptions } from './helpers/passing.ts'
import { pipe, pipes } from './helpers/pipes.ts'
import { compile, reportWithLimit, start } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

/** Allowed of ten. */
const ROOMS = [0, 1, 2, 3, 9, 10, 11, 253]

for (const type of TYPES) {
  for (const [name, way] of waysWithOptions(type)) {
    for (const room of ROOMS) {
      test(`a ${type} receiver that allows ${room} of ten descriptors gets the first ones, and is told: ${name}`, async (t) => {
        const [a, b] = pair(t, type)
        const ten = pipes(t, 10)
        await pass(
          a,
          'ten',
          ten.map(({ writer }) => writer),
        )
        await put(a, 'plain')
        const before = openDescriptors()
        const { text, fds, fdsTruncated } = await receiveBy(t, way, b, { maxFds: room })
        t.is(text, 'ten')
        const expected = ten.slice(0, room).map(({ writer }) => fileOf(writer))
        t.deepEqual(
          fds.map(({ fd }) => fileOf(fd)),
          expected,
        )
        t.is(fdsTruncated, room < 10)
        t.is(openDescriptors().length, before.length + expected.length)
        for (const each of ten) each.closeWriter()
        for (const each of ten.slice(room)) t.is(each.read(), '', 'the rest was closed')
        for (const fd of fds) fd.close()
        const next = await receiveBy(t, way, b, { maxFds: room })
        t.deepEqual([next.text, next.fds, next.fdsTruncated], ['plain', [], false])
      })
    }

    for (const room of [0, 1, 9, 10]) {
      test(`credentials and a pidfd leave a ${type} receiver that allows ${room} of ten as many: ${name}`, async (t) => {
        const [a, b] = pair(t, type, { passCredentials: true, passPidfd: true })
        const one = pipe(t)
        const before = openDescriptors()
        await pass(
          a,
          'ten',
          Array.from({ length: 10 }, () => one.writer),
        )
        const { text, fds, fdsTruncated, credentials, pidfd } = await receiveBy(t, way, b, {
          maxFds: room,
        })
        t.deepEqual([text, fds.length, fdsTruncated], ['ten', room, room < 10])
        t.is(credentials?.pid, process.pid)
        t.true(fds.every(({ fd }) => fileOf(fd) === fileOf(one.writer)))
        // A pidfd comes behind the descriptors, and those that are too many may take its place.
        if (room === 10) t.true(pidfd !== undefined)
        for (const fd of fds) fd.close()
        pidfd?.close()
        t.deepEqual(openDescriptors(), before)
      })
    }

    test(`maxFds of a ${type} receive must be a count: ${name}`, async (t) => {
      const [a, b] = pair(t, type)
      await put(a, 'kept')
      for (const maxFds of ['1', null, {}, 1n]) {
        const options = { maxFds: maxFds as number }
        await rejects(t, way(b, options), 'ERR_INVALID_ARG_TYPE')
      }
      for (const maxFds of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        await rejects(t, way(b, { maxFds }), 'ERR_OUT_OF_RANGE')
      }
      t.is((await receive(t, b)).text, 'kept')
    })
  }

  for (const [name, program] of Object.entries({
    'Python, recv_fds': ['passing.py', 'fds'],
    'Python, recvmsg': ['passing.py', 'array'],
    'C, recvmsg': ['passing.c'],
  })) {
    for (const room of [0, 1, 2, 5]) {
      test(`a program that allows ${room} of ten descriptors from a ${type} end takes no other: ${name}`, async (t) => {
        const [mine, theirs] = pair(t, type)
        const ten = pipes(t, 10)
        const [file, ...args] = program as [string, ...string[]]
        const what = file.endsWith('.c') ? compile(t, file) : file
        const { result } = start(t, what, [theirs], [...args, 'receive', '10', `${room}`])
        const before = openDescriptors()
        await pass(
          mine,
          'hello',
          ten.map(({ writer }) => writer),
        )
        t.deepEqual(openDescriptors(), before)
        for (const each of ten) each.closeWriter()
        t.is((await receive(t, mine)).text, 'written')
        for (const [index, each] of ten.entries()) {
          t.is(each.read(), index < room ? `number ${index}` : '')
        }
        await put(mine, 'close them')
        const { came, truncated, text, open } = (await result()) as Record<string, unknown>
        t.deepEqual([came, truncated, text], [room, true, 'hello'])
        const [first, meanwhile, last] = open as [number, number, number]
        t.deepEqual([meanwhile - first, last - first], [room, 0])
        for (const each of ten) t.is(each.read(), '')
      })
    }
  }

  test(`a ${type} receiver without room in its table gets some, is told, and goes on`, (t) => {
    const answers = reportWithLimit(128, 'receiving-short.ts', [type])
    for (const left of [0, 1, 3, 9, 10]) {
      t.deepEqual(answers[`${left} left`], {
        text: `with ${left} left`,
        came: left,
        fdsTruncated: left < 10,
        'left afterwards': 0,
      })
    }
    t.deepEqual(answers['afterwards'], { text: 'afterwards', came: 10, fdsTruncated: false })
    t.true(answers['same count'])
  })
}

for (const type of MESSAGE_TYPES) {
  test(`each ${type} message of a batch has its own room for descriptors`, async (t) => {
    const [a, b] = pair(t, type)
    const { writer } = pipe(t)
    const counts = [0, 1, 2, 3, 0, 5]
    for (const count of counts)
      await pass(
        a,
        'x',
        Array.from({ length: count }, () => writer),
      )
    const batch = new MessageBatch()
    const before = openDescriptors()
    t.is(await b.recvMany(batch, { maxFds: 2 }), counts.length)
    const infos = counts.map((_, index) => batch.info(index))
    t.deepEqual(
      infos.map(({ fds, fdsTruncated }) => [fds.length, fdsTruncated]),
      counts.map((count) => [Math.min(count, 2), count > 2]),
    )
    for (const { fds } of infos) for (const fd of fds) fd.close()
    t.deepEqual(openDescriptors(), before)
  })

  test(`a batch of ${type} messages ends early when it holds 1012 descriptors, and loses none`, async (t) => {
    const [a, b] = pair(t, type)
    const { writer } = pipe(t)
    const list = Array.from({ length: 253 }, () => writer)
    for (let index = 0; index < 10; index++) await pass(a, `${index}`, list)
    const batch = new MessageBatch()
    let seen = 0
    while (seen < 10) {
      const before = openDescriptors().length
      const count = await b.recvMany(batch)
      t.true(count > 0 && count <= 4)
      t.true(openDescriptors().length - before <= 1012)
      for (let index = 0; index < count; index++) {
        t.is(Buffer.from(batch.message(index)).toString(), `${seen++}`)
        const { fds, fdsTruncated } = batch.info(index)
        t.deepEqual([fds.length, fdsTruncated], [253, false])
        for (const fd of fds) fd.close()
      }
    }
  })
}

test('a stream write that is read by parts loses descriptors that are not allowed only once', async (t) => {
  const [a, b] = pair(t, 'stream')
  const { writer } = pipe(t)
  await pass(a, 'abcdef', [writer, writer])
  const buffer = Buffer.alloc(2)
  const seen: unknown[] = []
  for (let part = 0; part < 3; part++) {
    const info = await b.readMessage(buffer, { maxFds: 1 })
    seen.push([buffer.toString(), info?.fds.length, info?.fdsTruncated])
    for (const fd of info?.fds ?? []) fd.close()
  }
  t.deepEqual(seen, [
    ['ab', 1, true],
    ['cd', 0, false],
    ['ef', 0, false],
  ])
})

test('a stream receiver that allows no descriptors is told that some came', async (t) => {
  const [a, b] = pair(t, 'stream')
  const { writer } = pipe(t)
  await pass(a, 'x', [writer])
  const info = await b.readMessage(Buffer.alloc(4), { maxFds: 0 })
  t.deepEqual([info?.bytesRead, info?.fds, info?.fdsTruncated], [1, [], true])
})
