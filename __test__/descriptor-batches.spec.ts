// Batches of messages with descriptors: whoever looks at what came with a batch finds all of it.
import { MessageBatch } from 'socketpair'
import { openDescriptors } from './helpers/descriptors.ts'
import { MESSAGE_TYPES, pair } from './helpers/pairs.ts'
import { fileOf, pass } from './helpers/passing.ts'
import { pipe, pipes } from './helpers/pipes.ts'
import { test } from './helpers/test.ts'

for (const type of MESSAGE_TYPES) {
  for (const passPidfd of [false, true]) {
    for (const each of [1, 100, 200, 250, 252, 253]) {
      test(`batches of ${type} messages with ${each} descriptors${passPidfd ? ' and a pidfd' : ''} each lose none`, async (t) => {
        const [a, b] = pair(t, type, { passPidfd })
        const { writer } = pipe(t)
        const list = Array.from({ length: each }, () => writer)
        const messages = 20
        for (let index = 0; index < messages; index++) await pass(a, `${index}`, list)
        const before = openDescriptors()
        const batch = new MessageBatch()
        for (let seen = 0; seen < messages;) {
          const count = await b.recvMany(batch)
          const infos = Array.from({ length: count }, (_, index) => batch.info(index))
          // Looked at after the whole batch has come, as it is given.
          const came = infos.map(({ fds, fdsTruncated }) => [fds.length, fdsTruncated])
          t.deepEqual(
            came,
            infos.map(() => [each, false]),
          )
          for (const { fds, pidfd } of infos) {
            t.is(pidfd !== undefined, passPidfd)
            for (const fd of [...fds, ...(pidfd ? [pidfd] : [])]) fd.close()
          }
          seen += count
        }
        t.deepEqual(openDescriptors(), before)
      })
    }
  }

  test(`a ${type} message that does not fit a batch waits for the next with its descriptors`, async (t) => {
    const [a, b] = pair(t, type)
    const four = pipes(t, 4)
    for (const [index, { writer }] of four.entries()) {
      await pass(a, Buffer.alloc(60, index), [writer, writer])
    }
    const before = openDescriptors()
    const batch = new MessageBatch({ bytes: 130 })
    const files: string[] = []
    for (const count of [2, 2]) {
      t.is(await b.recvMany(batch), count)
      t.is(openDescriptors().length, before.length + 2 * count, 'none of those that wait')
      for (let index = 0; index < count; index++) {
        const { fds, fdsTruncated, truncated } = batch.info(index)
        t.deepEqual([fds.length, fdsTruncated, truncated], [2, false, false])
        files.push(fileOf(fds[0]?.fd as number))
        for (const fd of fds) fd.close()
      }
    }
    t.deepEqual(
      files,
      four.map(({ writer }) => fileOf(writer)),
    )
  })

  test(`a ${type} message longer than a batch is cut, and brings its descriptors`, async (t) => {
    const [a, b] = pair(t, type)
    const { writer } = pipe(t)
    await pass(a, Buffer.alloc(100), [writer])
    const batch = new MessageBatch({ bytes: 10 })
    t.is(await b.recvMany(batch), 1)
    const { truncated, fds, fdsTruncated } = batch.info(0)
    t.deepEqual([truncated, fds.length, fdsTruncated], [true, 1, false])
    fds[0]?.close()
  })
}
