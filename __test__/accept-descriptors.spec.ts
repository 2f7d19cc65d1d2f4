// An end that accepts no descriptors: the sender is told where the system can, else they are closed as they come.
import { Socket } from 'socketpair'
import { openDescriptors } from './helpers/descriptors.ts'
import { rejects, throws } from './helpers/failures.ts'
import { fill, put, take, tryTake } from './helpers/io.ts'
import { closeAfter, pair, TYPES } from './helpers/pairs.ts'
import { pass, receive, receiveBy, waysOf } from './helpers/passing.ts'
import { pipe } from './helpers/pipes.ts'
import { report } from './helpers/programs.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

/** Whether the system tells the sender: SO_PASSRIGHTS, Linux 6.16. */
let told: boolean | undefined

function senderIsTold(): boolean {
  told ??= report('can-set.py', [], ['PASSRIGHTS']) as boolean
  return told
}

for (const type of TYPES) {
  for (const [name, way] of waysOf(type)) {
    test(`descriptors for a ${type} end that accepts none do not come: ${name}`, async (t) => {
      const [a, b] = pair(t, type)
      t.true(b.acceptDescriptors)
      b.acceptDescriptors = false
      t.deepEqual([a.acceptDescriptors, b.acceptDescriptors], [true, false])
      const one = pipe(t)
      const before = openDescriptors()
      if (senderIsTold()) {
        await rejects(t, pass(a, 'x', [one.writer]), 'EPERM')
        t.is(tryTake(b), undefined)
      } else {
        await pass(a, 'x', [one.writer])
        const { text, fds, fdsTruncated } = await receiveBy(t, way, b)
        t.deepEqual([text, fds, fdsTruncated], ['x', [], true])
      }
      t.deepEqual(openDescriptors(), before)
      await put(a, 'plain')
      const { text, fds, fdsTruncated } = await receiveBy(t, way, b)
      t.deepEqual([text, fds, fdsTruncated], ['plain', [], false])
      // The other direction is another end's choice.
      await pass(b, 'back', [one.writer])
      t.is((await receive(t, a)).fds.length, 1)
      b.acceptDescriptors = true
      t.true(b.acceptDescriptors)
      await pass(a, 'now', [one.writer])
      t.is((await receiveBy(t, way, b)).fds.length, 1)
    })

    test(`descriptors on their way when a ${type} end stops to accept any are closed as they come: ${name}`, async (t) => {
      const [a, b] = pair(t, type)
      const one = pipe(t)
      await pass(a, 'x', [one.writer, one.writer])
      b.acceptDescriptors = false
      const before = openDescriptors()
      const { text, fds, fdsTruncated } = await receiveBy(t, way, b)
      t.deepEqual([text, fds, fdsTruncated], ['x', [], true])
      t.deepEqual(openDescriptors(), before)
      one.closeWriter()
      t.is(one.read(), '')
    })
  }

  test(`both ends of a ${type} pair made so accept no descriptors`, async (t) => {
    const [a, b] = pair(t, type, { acceptDescriptors: false })
    t.deepEqual([a.acceptDescriptors, b.acceptDescriptors], [false, false])
    const one = pipe(t)
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      if (senderIsTold()) await rejects(t, pass(from, 'x', [one.writer]), 'EPERM')
      else await pass(from, 'x', [one.writer])
      if (!senderIsTold()) t.deepEqual((await receive(t, to)).fds, [])
      await put(from, 'plain')
      t.is(await take(to), 'plain')
    }
    one.closeWriter()
    t.is(one.read(), '')
  })

  test(`a ${type} send that waits is refused when its turn comes, and holds nothing`, async (t) => {
    const [a, b] = pair(t, type)
    fill(a, 'x'.repeat(1000))
    if ('tryWrite' in a) while (a.tryWrite('x') !== undefined);
    const one = pipe(t)
    const sent = pass(a, 'late', [one.writer])
    let settled = false
    const outcome = sent.then(
      () => 'sent',
      (error: NodeJS.ErrnoException) => error.code,
    )
    void outcome.then(() => (settled = true))
    one.closeWriter()
    t.is(one.read(), undefined)
    b.acceptDescriptors = false
    let seen = ''
    await until(() => {
      for (let piece = tryTake(b); piece; piece = tryTake(b)) seen += piece
      return settled
    })
    for (let piece = tryTake(b); piece; piece = tryTake(b)) seen += piece
    t.is(await outcome, senderIsTold() ? 'EPERM' : 'sent')
    t.regex(seen, senderIsTold() ? /^x+$/ : /^x+late$/)
    await put(a, 'plain')
    t.is(await take(b), 'plain')
    t.is(one.read(), '')
  })

  test(`acceptDescriptors of a ${type} end takes booleans, and nothing once it is closed`, (t) => {
    const [a] = pair(t, type)
    for (const wrong of [1, 'true', null, undefined, {}]) {
      throws(t, () => (a.acceptDescriptors = wrong as boolean), 'ERR_INVALID_ARG_TYPE')
    }
    t.true(a.acceptDescriptors)
    a.close()
    throws(t, () => a.acceptDescriptors, 'EBADF')
    throws(t, () => (a.acceptDescriptors = false), 'EBADF')
  })

  test(`a ${type} end that was refusing descriptors refuses them for its next owner where the system does`, async (t) => {
    const [a, b] = pair(t, type)
    b.acceptDescriptors = false
    const again = Socket.fromFd(b.detach())
    closeAfter(t, again)
    t.is(again.acceptDescriptors, !senderIsTold())
    const { writer } = pipe(t)
    if (senderIsTold()) await rejects(t, pass(a, 'x', [writer]), 'EPERM')
    else await pass(a, 'x', [writer])
  })

  for (const option of ['passCredentials', 'passPidfd', 'acceptDescriptors']) {
    test(`${option} of a new ${type} pair must be a boolean`, (t) => {
      for (const wrong of [1, 'true', null, [true, false]]) {
        throws(t, () => pair(t, type, { [option]: wrong }), 'ERR_INVALID_ARG_TYPE')
      }
      t.notThrows(() => pair(t, type, { [option]: undefined }))
    })
  }
}
