// Claims about the descriptors that the package hands out, for which its API has no call: a Python
// program tries them out on its copies.
import { MESSAGE_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { report } from './helpers/programs.ts'
import { put, take } from './helpers/io.ts'
import { test } from './helpers/test.ts'

type Answers = Record<string, unknown>

/** The other end must be closed in the program alone, so that its close is one. */
function tryOut(...args: Parameters<typeof report>): Answers {
  return report(...args) as Answers
}

for (const type of TYPES) {
  test(`K15 the socket options of a ${type} pair have their defaults and errors`, (t) => {
    const expected = {
      defaults: {
        ACCEPTCONN: 0,
        ERROR: 0,
        RCVLOWAT: 1,
        SNDLOWAT: 1,
        KEEPALIVE: 0,
        BROADCAST: 0,
        REUSEADDR: 0,
        REUSEPORT: 0,
        OOBINLINE: 0,
        PASSCRED: 0,
        PASSSEC: 0,
        PRIORITY: 0,
        MARK: 0,
        DONTROUTE: 0,
        DEBUG: 0,
        PEEK_OFF: -1,
      },
      unknown: 'ENOPROTOOPT',
      TCP_NODELAY: 'EOPNOTSUPP',
      'set TCP_NODELAY': 'EOPNOTSUPP',
      SOL_PACKET: 'EOPNOTSUPP',
      'set PEERCRED': 'ENOPROTOOPT',
    }
    t.deepEqual(report('options.py', pair(t, type)), [expected, expected])
  })

  test(`K20 peeking at a ${type} end can be repeated and shows ${type === 'stream' ? 'all that is queued' : 'the first message'}`, (t) => {
    const answers = tryOut('peeking.py', pair(t, type))
    const seen = type === 'stream' ? 'firstsecond' : 'first'
    t.is(answers['empty'], 'EAGAIN')
    t.deepEqual(answers['peeks'], [seen, seen, seen])
    t.deepEqual(answers['received'], [seen])
    t.is(answers['rest'], type === 'stream' ? 'EAGAIN' : 'second')
  })

  test(`K30 waits of a ${type} end can be refused and bounded by the kernel`, (t) => {
    const answers = tryOut('waiting.py', pair(t, type))
    t.is((answers['receive at once'] as unknown[])[0], 'EAGAIN')
    t.is((answers['send at once'] as unknown[])[0], 'EAGAIN')
    t.deepEqual(answers['receive in time'], ['EAGAIN', true])
    t.deepEqual(answers['send in time'], ['EAGAIN', true])
    t.deepEqual(answers['out of range'], ['EDOM', 'EDOM', 'EDOM', 'EDOM'])
  })

  test(`K30 the kernel's timeouts of a ${type} end do not reach the package's operations`, async (t) => {
    const [a, b] = pair(t, type)
    report('set-timeouts.py', [a])
    const waiting = take(a)
    // Longer than the kernel would wait: another process has come and gone.
    report('identify.py', [a, b])
    await put(b, 'late')
    t.is(await waiting, 'late')
  })

  test(`K31 addresses change nothing about a ${type} pair`, (t) => {
    const answers = tryOut('addresses.py', pair(t, type))
    const expected = {
      stream: ['EISCONN', 'EINVAL', 'EINVAL', 'EAGAIN'],
      dgram: ['ECONNREFUSED', 'EOPNOTSUPP', 'EOPNOTSUPP', 'EAGAIN'],
      seqpacket: [1, 'EINVAL', 'EINVAL', 'x'],
    }[type]
    const { connect, ...others } = answers
    t.is(connect, 'ECONNREFUSED')
    t.deepEqual(
      ['send with address', 'listen', 'accept', 'arrived'].map((name) => others[name]),
      expected,
    )
    t.is(answers['a to b'], 'unharmed')
    t.is(answers['b to a'], 'unharmed')
  })
}

test('K25 MSG_WAITALL on a stream end waits for all bytes', (t) => {
  const answers = tryOut('peeking.py', pair(t, 'stream'))
  t.is(answers['waitall'], 200)
  t.is(answers['waitall, what is there'], 100)
})

for (const type of MESSAGE_TYPES) {
  test(`K25 MSG_WAITALL on a ${type} end gives one message`, (t) => {
    const answers = tryOut('peeking.py', pair(t, type))
    t.is(answers['waitall'], 100)
    t.is(answers['waitall rest'], 100)
    t.is(answers['waitall, what is there'], 100)
  })
}
