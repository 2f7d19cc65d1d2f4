// A child with several sockets, by number and by name.
import { DatagramSocket, SeqpacketSocket, spawn, StreamSocket } from 'socketpair'
import { printed, tended } from './helpers/children.ts'
import { take } from './helpers/io.ts'
import { commandLine } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

type Seen = Record<string, Record<string, unknown>>

test('sockets by number stand where they say, and the lowest is the first', async (t) => {
  const { socket, sockets, ended } = tended(
    t,
    spawn(...commandLine('look.py', ['4', '3', '7']), {
      sockets: { 7: 'dgram', 4: 'seqpacket', 3: 'stream' },
    }),
  )
  const seen = (await printed(t, ended)) as Seen
  t.like(seen['sockets'], {
    3: { type: 'stream', blocking: true },
    4: { type: 'seqpacket', blocking: true },
    7: { type: 'dgram', blocking: true },
  })
  t.deepEqual(seen['variables'], { SOCKETPAIR_FD: '3', SOCKETPAIR_FDS: '3=3,4=4,7=7' })
  t.deepEqual(Object.keys(sockets), ['3', '4', '7'])
  t.is(socket, sockets[3])
  t.true(sockets[3] instanceof StreamSocket)
  t.true(sockets[4] instanceof SeqpacketSocket)
  t.true(sockets[7] instanceof DatagramSocket)
  t.is(await take(sockets[3]), 'from 3')
  t.is(await take(sockets[4]), 'from 4')
  t.is(await take(sockets[7]), 'from 7')
})

test('sockets by name stand at their fd or the next free number', async (t) => {
  const { socket, sockets, ended } = tended(
    t,
    spawn(...commandLine('look.py', ['3', '4', '5', '6']), {
      sockets: {
        control: 'seqpacket',
        data: { type: 'stream', fd: 4, sendBufferSize: 20_000 },
        'a.log_of-9': 'dgram',
        plain: {},
      },
    }),
  )
  const seen = (await printed(t, ended)) as Seen
  t.deepEqual(seen['variables'], {
    SOCKETPAIR_FD: '3',
    SOCKETPAIR_FDS: 'control=3,data=4,a.log_of-9=5,plain=6',
  })
  t.like(seen['sockets'], {
    3: { type: 'seqpacket' },
    4: { type: 'stream', sendBufferSize: 40_000 },
    5: { type: 'dgram' },
    6: { type: 'stream' },
  })
  t.is(socket, sockets.control)
  t.is(await take(sockets.control), 'from 3')
  t.is(await take(sockets.data), 'from 4')
  t.is(await take(sockets['a.log_of-9']), 'from 5')
  t.is(await take(sockets.plain), 'from 6')
})

test('a number is the first also where a name is written before it', async (t) => {
  const { socket, sockets, ended } = tended(
    t,
    spawn(...commandLine('look.py', ['5', '3']), { sockets: { named: 'dgram', 5: 'seqpacket' } }),
  )
  const seen = (await printed(t, ended)) as Seen
  t.deepEqual(seen['variables'], { SOCKETPAIR_FD: '5', SOCKETPAIR_FDS: '5=5,named=3' })
  t.is(socket, sockets[5])
})

test('names go around what stdio uses', async (t) => {
  const { ended } = tended(
    t,
    spawn(...commandLine('look.py', ['4', '6']), {
      stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'ignore', 'pipe'],
      sockets: { one: 'stream', other: 'stream' },
    }),
  )
  const seen = (await printed(t, ended)) as Seen
  t.deepEqual(seen['variables'], { SOCKETPAIR_FD: '4', SOCKETPAIR_FDS: 'one=4,other=6' })
})

test('a single entry of sockets has its name too', async (t) => {
  const { sockets, ended } = tended(
    t,
    spawn(...commandLine('look.py', ['3']), { sockets: { only: 'stream' } }),
  )
  const seen = (await printed(t, ended)) as Seen
  t.deepEqual(seen['variables'], { SOCKETPAIR_FD: '3', SOCKETPAIR_FDS: 'only=3' })
  t.is(await take(sockets.only), 'from 3')
})

test('a name that objects have of themselves is a name like any other', async (t) => {
  const asked = JSON.parse('{ "__proto__": "dgram", "constructor": "seqpacket" }') as {
    constructor: 'seqpacket'
  }
  const { socket, sockets, ended } = tended(
    t,
    spawn(...commandLine('look.py', ['3', '4']), { sockets: asked }),
  )
  const seen = (await printed(t, ended)) as Seen
  t.deepEqual(seen['variables'], {
    SOCKETPAIR_FD: '3',
    SOCKETPAIR_FDS: '__proto__=3,constructor=4',
  })
  t.deepEqual(Object.keys(sockets), ['__proto__', 'constructor'])
  t.is(Object.getPrototypeOf(sockets), Object.prototype)
  t.is((socket as { type: string }).type, 'dgram')
  t.is(await take(sockets.constructor), 'from 4')
})

test('a number may say itself again as fd', async (t) => {
  const { sockets, ended } = tended(
    t,
    spawn(...commandLine('look.py', ['4']), { sockets: { 4: { fd: 4 } } }),
  )
  t.is(await take(sockets[4]), 'from 4')
  t.like(await ended, { code: 0 })
})

test('fifty sockets of one child are all where they belong', async (t) => {
  const types = ['stream', 'dgram', 'seqpacket'] as const
  const asked = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`s${index}`, types[index % 3] ?? 'stream']),
  )
  const numbers = Array.from({ length: 50 }, (_, index) => `${index + 3}`)
  const { sockets, ended } = tended(
    t,
    spawn(...commandLine('look.py', numbers), { sockets: asked }),
  )
  const seen = (await printed(t, ended)) as Seen
  for (const [index, number] of numbers.entries()) {
    const end = sockets[`s${index}`]
    if (end === undefined) throw new Error(`no s${index}`)
    t.like(seen['sockets']?.[number], { type: end.type, blocking: true })
    t.is(await take(end), `from ${number}`)
  }
})
