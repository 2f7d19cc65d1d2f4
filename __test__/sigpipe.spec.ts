// K33: the package's own sends raise no SIGPIPE, in a process that does not ignore it.
import { MESSAGE_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { report } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

test('K33 a plain write to nobody kills the process in which these sends are made', (t) => {
  t.throws(() => report('sends-to-nobody.ts', [], ['stream', 'control']), { message: /SIGPIPE/ })
})

/** What a send that waited when the peer closed may say, and what later ones do. */
const CODES = {
  stream: { waiting: ['EPIPE', 'ECONNRESET'], later: ['EPIPE'] },
  dgram: { waiting: ['ECONNREFUSED'], later: ['ECONNREFUSED', 'ENOTCONN'] },
  seqpacket: { waiting: ['EPIPE', 'ECONNRESET'], later: ['EPIPE'] },
}

for (const type of TYPES) {
  test(`K33 a process that SIGPIPE would kill survives every send of the package over a ${type} pair`, (t) => {
    const answers = report('sends-to-nobody.ts', [], [type]) as {
      disposition: string
      codes: string[]
    }
    t.is(answers.disposition, 'default')
    t.true(answers.codes.length >= 5)
    const { waiting, later } = CODES[type]
    t.true(waiting.includes(answers.codes[0] as string), answers.codes[0])
    for (const code of answers.codes.slice(1)) t.true(later.includes(code), code)
  })
}

test('K33 a foreign send to a closed stream peer raises one signal, none with MSG_NOSIGNAL', (t) => {
  const [a, b] = pair(t, 'stream')
  b.close()
  t.deepEqual(report('count-sigpipe.py', [a]), { plain: 1, noSignal: 0 })
})

for (const type of MESSAGE_TYPES) {
  test(`K33 a foreign send to a closed ${type} peer raises no signal`, (t) => {
    const [a, b] = pair(t, type)
    b.close()
    t.deepEqual(report('count-sigpipe.py', [a]), { plain: 0, noSignal: 0 })
  })
}
