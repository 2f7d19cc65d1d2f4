// The shape of errors: like Node's own, with the package's table of errnos.
import { closeSync, openSync } from 'node:fs'
import { constants as os } from 'node:os'
import { constants, Socket, socketpair } from 'socketpair'
import { throws } from './helpers/failures.ts'
import { fill } from './helpers/io.ts'
import { pair } from './helpers/pairs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const { AF_UNIX, AF_INET, SOCK_STREAM, SOCK_RDM } = constants

interface Case {
  code: string
  errno: number
  syscall: string
  description: string
  /** Fails so; what it gives is awaited. */
  fail: (t: ExecutionContext) => unknown
}

const CASES: readonly Case[] = [
  {
    code: 'EAFNOSUPPORT',
    errno: 97,
    syscall: 'socketpair',
    description: 'address family not supported',
    fail: () => socketpair(9999, SOCK_STREAM),
  },
  {
    code: 'EPROTONOSUPPORT',
    errno: 93,
    syscall: 'socketpair',
    description: 'protocol not supported',
    fail: () => socketpair('stream', { protocol: 6 }),
  },
  {
    // Node's own tables lack this name.
    code: 'ESOCKTNOSUPPORT',
    errno: 94,
    syscall: 'socketpair',
    description: 'socket type not supported',
    fail: () => socketpair(AF_UNIX, SOCK_RDM),
  },
  {
    // Node's tables say ENOTSUP.
    code: 'EOPNOTSUPP',
    errno: 95,
    syscall: 'socketpair',
    description: 'operation not supported on socket',
    fail: () => socketpair(AF_INET, SOCK_STREAM),
  },
  {
    code: 'EINVAL',
    errno: 22,
    syscall: 'socketpair',
    description: 'invalid argument',
    fail: () => socketpair(AF_UNIX, 75),
  },
  {
    code: 'EBADF',
    errno: 9,
    syscall: 'getsockopt',
    description: 'bad file descriptor',
    fail: () => Socket.fromFd(2 ** 30),
  },
  {
    code: 'ENOTSOCK',
    errno: 88,
    syscall: 'getsockopt',
    description: 'socket operation on non-socket',
    fail: (t) => {
      const file = openSync('/dev/null', 'r')
      t.teardown(() => closeSync(file))
      return Socket.fromFd(file)
    },
  },
  {
    code: 'EEXIST',
    errno: 17,
    syscall: 'getsockopt',
    description: 'file already exists',
    fail: (t) => Socket.fromFd(pair(t, 'stream')[0].fd),
  },
  {
    code: 'EPIPE',
    errno: 32,
    syscall: 'sendmsg',
    description: 'broken pipe',
    fail: (t) => {
      const [a, b] = pair(t, 'stream')
      b.close()
      return a.write('x')
    },
  },
  {
    code: 'ECONNREFUSED',
    errno: 111,
    syscall: 'sendmsg',
    description: 'connection refused',
    fail: (t) => {
      const [a, b] = pair(t, 'dgram')
      b.close()
      return a.send('x')
    },
  },
  {
    code: 'ENOTCONN',
    errno: 107,
    syscall: 'sendmsg',
    description: 'socket is not connected',
    fail: async (t) => {
      const [a, b] = pair(t, 'dgram')
      b.close()
      await a.send('x').catch(() => {})
      return a.send('x')
    },
  },
  {
    code: 'ECONNRESET',
    errno: 104,
    syscall: 'recvmsg',
    description: 'connection reset by peer',
    fail: async (t) => {
      const [a, b] = pair(t, 'seqpacket')
      await a.send('unread')
      b.close()
      return a.recv()
    },
  },
  {
    code: 'EMSGSIZE',
    errno: 90,
    syscall: 'sendmsg',
    description: 'message too long',
    fail: (t) => pair(t, 'seqpacket')[0].send(Buffer.alloc(4 << 20)),
  },
  {
    code: 'ETIMEDOUT',
    errno: 110,
    syscall: 'recvmsg',
    description: 'connection timed out',
    fail: (t) => pair(t, 'stream')[0].read(Buffer.alloc(1), { timeout: 0 }),
  },
  {
    code: 'ETIMEDOUT',
    errno: 110,
    syscall: 'sendmsg',
    description: 'connection timed out',
    fail: (t) => {
      const [a] = pair(t, 'dgram')
      fill(a, 'x')
      return a.send('x', { timeout: 1 })
    },
  },
  {
    code: 'ECANCELED',
    errno: 125,
    syscall: 'recvmsg',
    description: 'operation canceled',
    fail: (t) => {
      const [a] = pair(t, 'dgram')
      const waiting = a.recv()
      a.close()
      return waiting
    },
  },
  {
    code: 'EBADF',
    errno: 9,
    syscall: 'shutdown',
    description: 'bad file descriptor',
    fail: (t) => {
      const [a] = pair(t, 'dgram')
      a.close()
      return a.shutdown('both')
    },
  },
  {
    code: 'EBADF',
    errno: 9,
    syscall: 'recvmsg',
    description: 'bad file descriptor',
    fail: (t) => {
      const [a] = pair(t, 'seqpacket')
      a.close()
      return a.recv()
    },
  },
]

for (const { code, errno, syscall, description, fail } of CASES) {
  test(`3.1 i ${code} of ${syscall} has Node's shape`, async (t) => {
    const error = (await t.throwsAsync(async () => {
      await fail(t)
    })) as NodeJS.ErrnoException
    t.is(error.constructor, Error)
    t.is(error.name, 'Error')
    t.is(error.code, code)
    t.is(error.errno, -errno)
    t.is(error.syscall, syscall)
    t.is(error.message, `${code}: ${description}, ${syscall}`)
    t.regex(error.stack ?? '', new RegExp(`^Error: ${code}: .*\\n\\s+at `))
    // As in Node, these three are what a printed error shows besides its stack.
    for (const name of ['code', 'errno', 'syscall']) t.true(Object.keys(error).includes(name))
    t.false(Object.keys(error).includes('message'))
  })
}

test('the errnos are those of Node where Node has the name', (t) => {
  for (const { code, errno } of CASES) {
    const known = (os.errno as Record<string, number>)[code]
    if (known !== undefined) t.is(errno, known, code)
  }
})

test('an error thrown by a call points to the caller', (t) => {
  const error = throws(t, () => socketpair(9999, SOCK_STREAM), 'EAFNOSUPPORT')
  t.true(error.stack?.includes('errors.spec.ts'))
})

test('what is wrong with an argument is said in its message', async (t) => {
  const [a] = pair(t, 'stream')
  const shown = async (call: () => unknown) =>
    (await t.throwsAsync(async () => void (await call())))?.message
  t.is(
    await shown(() => a.shutdown('x' as 'read')),
    "The argument 'how' must be one of 'read', 'write', 'both'. Received 'x'",
  )
  t.is(
    await shown(() => a.read('x' as never)),
    'The "buffer" argument must be an instance of Buffer or Uint8Array. Received type string (\'x\')',
  )
  t.is(
    await shown(() => a.read(Buffer.alloc(1), { timeout: -1 })),
    'The value of "options.timeout" is out of range. It must be >= 0. Received -1',
  )
})
