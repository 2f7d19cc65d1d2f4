// Control data that this package did not ask for and does not know: other programs set it on the same socket.
import { openDescriptors } from './helpers/descriptors.ts'
import { put } from './helpers/io.ts'
import { pair, TYPES } from './helpers/pairs.ts'
import { fileOf, pass, receiveBy, waysOf } from './helpers/passing.ts'
import { pipe } from './helpers/pipes.ts'
import { report } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

for (const type of TYPES) {
  for (const [name, way] of waysOf(type)) {
    test(`control data of other kinds comes to a ${type} end beside descriptors, and harms nothing: ${name}`, async (t) => {
      const [a, b] = pair(t, type)
      // Times of arrival, counts of what was lost, labels: whatever the system has for this type.
      t.true((report('ask-for-more.py', [b]) as string[]).length > 0)
      const { writer } = pipe(t)
      const before = openDescriptors()
      for (const count of [0, 1, 10, 253]) {
        await pass(
          a,
          'text',
          Array.from({ length: count }, () => writer),
        )
        const { text, fds, fdsTruncated, credentials } = await receiveBy(t, way, b)
        t.is(text, 'text')
        // The rest may take the room of some of very many: that is told.
        if (count < 200 || !fdsTruncated) t.is(fds.length, count)
        if (count < 200) t.false(fdsTruncated)
        t.true(fds.every(({ fd }) => fileOf(fd) === fileOf(writer)))
        t.is(credentials, undefined)
        for (const fd of fds) fd.close()
        t.deepEqual(openDescriptors(), before)
      }
    })

    test(`control data of other kinds comes to a ${type} end beside credentials: ${name}`, async (t) => {
      const [a, b] = pair(t, type, { passCredentials: true })
      t.true((report('ask-for-more.py', [b]) as string[]).length > 0)
      await put(a, 'text')
      const { text, fds, fdsTruncated, credentials } = await receiveBy(t, way, b)
      t.deepEqual([text, fds, fdsTruncated], ['text', [], false])
      t.is(credentials?.pid, process.pid)
    })
  }

  test(`a program's control data of unknown levels beside descriptors over a ${type} pair is ignored`, async (t) => {
    const [mine, theirs] = pair(t, type)
    report('unknown-levels.py', [theirs])
    const [[, way] = []] = waysOf(type)
    if (way === undefined) return t.fail('no way')
    const before = openDescriptors().length
    const { text, fds, fdsTruncated } = await receiveBy(t, way, mine)
    t.deepEqual([text, fds.length, fdsTruncated], ['text', 2, false])
    t.is(openDescriptors().length, before + 2)
  })
}
