// Programs of other languages that are started with their end of a pair, and use it as it is.
import { createHash } from 'node:crypto'
import childProcess from 'node:child_process'
import { once } from 'node:events'
import { spawn, StreamSocket } from 'socketpair'
import { printed, tended } from './helpers/children.ts'
import { openDescriptors } from './helpers/descriptors.ts'
import { hashOf, randomBytes } from './helpers/digests.ts'
import { put, take } from './helpers/io.ts'
import { CONNECTED_TYPES, MESSAGE_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { commandLine, compile } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

const FOUR_MIB = 4 << 20

for (const type of TYPES) {
  test(`a Python program finds its ${type} end at 3, blocking, and the number in SOCKETPAIR_FD`, async (t) => {
    const { socket, ended } = tended(
      t,
      spawn(...commandLine('look.py', ['3']), { socket: { type } }),
    )
    const { sockets, variables } = (await printed(t, ended)) as Record<string, object>
    t.like(sockets, { 3: { type, blocking: true } })
    t.deepEqual(variables, { SOCKETPAIR_FD: '3' })
    t.is(await take(socket), 'from 3')
    t.is(socket.type, type)
  })

  test(`a C program answers over its ${type} end, and finds it blocking`, async (t) => {
    const { socket, ended } = tended(t, spawn(compile(t, 'upper.c'), { socket: { type } }))
    for (let round = 0; round < 100; round++) {
      await put(socket, `round ${round}`)
      t.is(await take(socket), `ROUND ${round}`)
    }
    if (type === 'dgram') await put(socket, '')
    else socket.close()
    t.deepEqual(await printed(t, ended), { rounds: 100, blocking: true })
  })

  test(`a shell writes to its ${type} end`, async (t) => {
    const { socket, ended } = tended(
      t,
      spawn('sh', ['-c', 'printf hello >&3; printf "$SOCKETPAIR_FD"'], { socket: { type } }),
    )
    t.is(await take(socket), 'hello')
    t.is((await ended).stdout, '3')
  })

  test(`the child's ${type} end has the number that was asked for`, async (t) => {
    const { socket, sockets, ended } = tended(
      t,
      spawn(...commandLine('look.py', ['9']), { socket: { type, fd: 9 } }),
    )
    const { variables } = (await printed(t, ended)) as Record<string, object>
    t.deepEqual(variables, { SOCKETPAIR_FD: '9' })
    t.is(await take(socket), 'from 9')
    t.deepEqual(Object.entries(sockets), [['9', socket]])
  })

  test(`this process keeps one end of a ${type} pair, with close-on-exec, and blocking`, async (t) => {
    const before = openDescriptors()
    const { child, socket, ended } = tended(
      t,
      spawn('sh', ['-c', 'read line'], { stdio: ['pipe', 'ignore', 'ignore'], socket: { type } }),
    )
    const opened = openDescriptors().filter((entry) => !before.includes(entry))
    // The other is the pipe for its stdin.
    t.is(opened.length, 2)
    t.is(opened.filter((entry) => entry.startsWith(`${socket.fd} `)).length, 1)
    t.true(socket.closeOnExec)
    t.false(socket.nonBlocking)
    child.stdin?.end('\n')
    await ended
  })

  test(`the buffers of a ${type} pair are as large as was asked for`, async (t) => {
    const sizes = { sendBufferSize: 20_000, recvBufferSize: 30_000 }
    const { socket, ended } = tended(
      t,
      spawn(...commandLine('look.py', ['3']), { socket: { type, ...sizes } }),
    )
    t.deepEqual([socket.sendBufferSize, socket.recvBufferSize], [40_000, 60_000])
    const { sockets } = (await printed(t, ended)) as Record<string, object>
    t.like(sockets, { 3: { sendBufferSize: 40_000 } })
  })
}

for (const type of CONNECTED_TYPES) {
  test(`a ${type} end gets end-of-file when the child has ended`, async (t) => {
    const { child, socket } = tended(
      t,
      spawn('sh', ['-c', 'printf last >&3; read line'], { socket: { type } }),
    )
    t.is(await take(socket), 'last')
    const end = take(socket)
    child.stdin?.end('\n')
    t.is(await end, null)
  })

  test(`a child gets end-of-file when this process closes its ${type} end`, async (t) => {
    const { socket, ended } = tended(t, spawn('sh', ['-c', 'cat <&3'], { socket: { type } }))
    await put(socket, 'all of it')
    socket.close()
    t.like(await ended, { code: 0, stdout: 'all of it' })
  })
}

test('a Python child reads 4 MiB in one blocking call', async (t) => {
  const data = randomBytes(FOUR_MIB)
  const { socket, ended } = tended(
    t,
    spawn(...commandLine('blocking.py', ['receive', `${FOUR_MIB}`])),
  )
  t.is(await socket.write(data), FOUR_MIB)
  t.deepEqual(await printed(t, ended), { calls: 1, bytes: FOUR_MIB, hash: hashOf(data) })
})

test('a Python child writes 4 MiB in one blocking call', async (t) => {
  const { socket, ended } = tended(t, spawn(...commandLine('blocking.py', ['send', `${FOUR_MIB}`])))
  const hash = createHash('sha256')
  for await (const chunk of socket) hash.update(chunk)
  t.is(socket.bytesRead, FOUR_MIB)
  t.deepEqual(await printed(t, ended), { calls: 1, bytes: FOUR_MIB, hash: hash.digest('hex') })
})

test('a Python child writes and reads 4 MiB at once, each in one blocking call', async (t) => {
  const data = randomBytes(FOUR_MIB)
  const received = Buffer.alloc(FOUR_MIB)
  const line = commandLine('blocking.py', ['both', `${FOUR_MIB}`])
  const { socket, ended } = tended(t, spawn(...line))
  await Promise.all([socket.write(data), socket.readExactly(received)])
  t.deepEqual(await printed(t, ended), { sent: hashOf(received), received: hashOf(data) })
})

for (const type of MESSAGE_TYPES) {
  test(`a Python child's blocking sends over ${type} all arrive, in order, and then the end`, async (t) => {
    const line = commandLine('blocking-messages.py', ['send', '3000'])
    const { socket, ended } = tended(t, spawn(...line, { socket: { type } }))
    let number = 0
    for await (const { data } of socket) t.is(data.toString(), `message ${number++}`)
    t.is(number, 3000)
    t.is(await printed(t, ended), 3000)
  })

  test(`a Python child's blocking receives over ${type} get all that is sent, in order`, async (t) => {
    const line = commandLine('blocking-messages.py', ['receive', '3000'])
    const { socket, ended } = tended(t, spawn(...line, { socket: { type } }))
    for (let number = 0; number < 3000; number++) await socket.send(`message ${number}`)
    t.is(await printed(t, ended), 3000)
  })
}

test('the arguments and the options can be left out, as with Node', async (t) => {
  const script = ['-c', 'printf "$0 $SOCKETPAIR_FD"', 'script']
  const nothing = undefined
  const forms = [
    [() => spawn('true'), '', '3'],
    [() => spawn('true', { socket: { fd: 4 } }), '', '4'],
    [() => spawn('true', null, { socket: { fd: 4 } }), '', '4'],
    [() => spawn('true', undefined, { socket: { fd: 4 } }), '', '4'],
    [() => spawn('sh', script), 'script 3', '3'],
    [() => spawn('sh', script, nothing), 'script 3', '3'],
    [() => spawn('sh', script, {}), 'script 3', '3'],
    [() => spawn('sh', script, { socket: undefined, sockets: undefined }), 'script 3', '3'],
  ] as const
  for (const [start, stdout, number] of forms) {
    const { socket, sockets, ended } = tended(t, start())
    t.deepEqual(await ended, { code: 0, signal: null, stdout })
    t.true(socket instanceof StreamSocket)
    t.deepEqual(Object.keys(sockets), [number])
  }
})

test('a child of Node itself gets an end by its descriptor in stdio', async (t) => {
  const [mine, theirs] = pair(t, 'stream')
  const child = childProcess.spawn('sh', ['-c', 'cat <&3 >&3'], {
    stdio: ['ignore', 'ignore', 'inherit', theirs.fd],
  })
  theirs.close()
  const closed = once(child, 'close')
  await mine.write('there and back')
  mine.shutdown('write')
  t.is((await mine.readChunk())?.toString(), 'there and back')
  t.is(await mine.readChunk(), null)
  await closed
})
