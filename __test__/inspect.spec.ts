import { inspect } from 'node:util'
import { pair, TYPES } from './helpers/pairs.ts'
import { put, take } from './helpers/io.ts'
import { test } from './helpers/test.ts'

for (const type of TYPES) {
  test(`inspecting a ${type} end shows its class, its state and what it has done`, async (t) => {
    const [a, b] = pair(t, type)
    const name = a.constructor.name
    const shown = (end: typeof a) => inspect(end, { breakLength: Number.POSITIVE_INFINITY })
    await put(a, 'four')
    await take(b)
    t.is(
      shown(a),
      `${name} { type: '${type}', fd: ${a.fd}, state: 'open', bytesRead: 0, bytesWritten: 4, pendingReads: 0, pendingWrites: 0 }`,
    )
    const waiting = Promise.allSettled([take(b), take(b)])
    t.true(shown(b).includes('bytesRead: 4, bytesWritten: 0, pendingReads: 2, pendingWrites: 0'))
    b.close()
    t.is(
      shown(b),
      `${name} { type: '${type}', fd: -1, state: 'closed', bytesRead: 4, bytesWritten: 0, pendingReads: 0, pendingWrites: 0 }`,
    )
    await waiting
  })

  test(`a ${type} end is shown inside other values`, (t) => {
    const [a] = pair(t, type)
    t.true(inspect({ ends: [a] }, { depth: 4 }).includes(`type: '${type}'`))
    t.false(inspect({ end: a }, { colors: false }).includes('\u001B['))
    t.true(inspect({ end: a }, { colors: true }).includes('\u001B['))
  })
}
