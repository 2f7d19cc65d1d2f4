import { constants, Socket, socketpair } from 'socketpair'
import { flagsOf } from './helpers/descriptors.ts'
import { put, take } from './helpers/io.ts'
import { closeAfter, pair, TYPES } from './helpers/pairs.ts'
import { report } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

const NUMBERS = {
  stream: constants.SOCK_STREAM,
  dgram: constants.SOCK_DGRAM,
  seqpacket: constants.SOCK_SEQPACKET,
}
const { SOCK_NONBLOCK = 0, SOCK_CLOEXEC = 0 } = constants
const CHOICES = [
  { nonBlocking: false, closeOnExec: false },
  { nonBlocking: true, closeOnExec: false },
  { nonBlocking: false, closeOnExec: true },
  { nonBlocking: true, closeOnExec: true },
]

/** What the kernel and the package say of an end: they must agree. */
function flags(end: Socket) {
  return {
    kernel: flagsOf(end.fd),
    package: { nonBlocking: end.nonBlocking, closeOnExec: end.closeOnExec },
  }
}

for (const type of TYPES) {
  for (const choice of CHOICES) {
    const named = `${choice.nonBlocking ? 'O_NONBLOCK' : 'blocking'} and ${choice.closeOnExec ? 'FD_CLOEXEC' : 'kept on exec'}`
    const expected = { kernel: { readAndWrite: true, ...choice }, package: choice }

    test(`K04 both ends of a ${type} pair are ${named} where the options say so`, (t) => {
      const [a, b] = pair(t, type, choice)
      t.deepEqual(flags(a), expected)
      t.deepEqual(flags(b), expected)
    })

    test(`K04 both ends of a ${type} pair are ${named} where the flags of the number say so`, (t) => {
      const bits =
        (choice.nonBlocking ? SOCK_NONBLOCK : 0) | (choice.closeOnExec ? SOCK_CLOEXEC : 0)
      const [a, b] = socketpair(constants.AF_UNIX, NUMBERS[type] | bits)
      closeAfter(t, a, b)
      t.deepEqual(flags(a), expected)
      t.deepEqual(flags(b), expected)
    })

    test(`K04 a foreign program sees the ends of a ${type} pair as ${named}`, (t) => {
      const seen = { accessMode: 'O_RDWR', nonBlocking: choice.nonBlocking }
      t.deepEqual(report('flags.py', pair(t, type, choice)), [seen, seen])
    })
  }

  test(`the flags of a ${type} pair can be given for each end`, (t) => {
    const [a, b] = pair(t, type, { nonBlocking: [true, false], closeOnExec: [false, true] })
    t.deepEqual(flagsOf(a.fd), { readAndWrite: true, nonBlocking: true, closeOnExec: false })
    t.deepEqual(flagsOf(b.fd), { readAndWrite: true, nonBlocking: false, closeOnExec: true })
  })

  test(`the flags of an open ${type} end can be changed, and the other end keeps its own`, (t) => {
    const [a, b] = pair(t, type)
    for (const on of [true, false, true]) {
      a.nonBlocking = on
      a.closeOnExec = on
      t.deepEqual(flagsOf(a.fd), { readAndWrite: true, nonBlocking: on, closeOnExec: on })
      t.deepEqual([a.nonBlocking, a.closeOnExec], [on, on])
      t.deepEqual(flagsOf(b.fd), { readAndWrite: true, nonBlocking: false, closeOnExec: true })
    }
  })

  test(`receiving and sending changes no flag of a ${type} pair, whatever they are`, async (t) => {
    for (const nonBlocking of [false, true]) {
      const [a, b] = pair(t, type, { nonBlocking, closeOnExec: false })
      const before = [flags(a), flags(b)]
      // One wait and one that finds its data, in each direction.
      const waiting = take(b)
      await put(a, 'x')
      t.is(await waiting, 'x')
      await put(b, 'y')
      t.is(await take(a), 'y')
      t.deepEqual([flags(a), flags(b)], before)
    }
  })

  test(`what a foreign program sets on a ${type} end's description shows here`, (t) => {
    const [a, b] = pair(t, type)
    report('set-nonblocking.py', [a])
    t.true(a.nonBlocking)
    t.false(b.nonBlocking)
    // Close-on-exec belongs to the number, of which the program had another one.
    t.true(a.closeOnExec)
  })

  test(`a ${type} end that is detached has the flags that were asked for`, async (t) => {
    const [a, b] = pair(t, type, { nonBlocking: [false, true], closeOnExec: [true, false] })
    const waiting = take(a)
    await put(b, 'x')
    await waiting
    await put(a, 'x')
    for (const [end, nonBlocking, closeOnExec] of [
      [a, false, true],
      [b, true, false],
    ] as const) {
      const fd = end.detach()
      t.deepEqual(flagsOf(fd), { readAndWrite: true, nonBlocking, closeOnExec })
      closeAfter(t, Socket.fromFd(fd))
    }
  })
}
