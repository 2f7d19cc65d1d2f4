// How a child's end is told here: by the socket itself, and for datagrams by the child's exit.
import { once } from 'node:events'
import { Socket, spawn } from 'socketpair'
import { tended } from './helpers/children.ts'
import { rejects } from './helpers/failures.ts'
import { put, take, tryTake } from './helpers/io.ts'
import { CONNECTED_TYPES, MESSAGE_TYPES, TYPES } from './helpers/pairs.ts'
import { commandLine } from './helpers/programs.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

const BLOCK = 4096

/** The numbers of whole blocks; throws at one that is not all of a piece. */
function numbersOf(bytes: Buffer): number[] {
  return Array.from({ length: Math.floor(bytes.length / BLOCK) }, (_, index) => {
    const block = bytes.subarray(index * BLOCK, (index + 1) * BLOCK)
    const digits = block.toString('latin1', 0, 8)
    if (block.toString('latin1') !== digits.repeat(BLOCK / 8)) throw new Error('a torn block')
    return Number(digits)
  })
}

test('of a stream child that is killed in the middle of a write all that was sent arrives', async (t) => {
  const { child, socket, ended } = tended(t, spawn(...commandLine('sends-for-ever.py')))
  const parts = []
  for await (const chunk of socket) {
    parts.push(chunk)
    if (socket.bytesRead > 100 * BLOCK) child.kill('SIGKILL')
  }
  const numbers = numbersOf(Buffer.concat(parts))
  t.true(numbers.length >= 100)
  t.deepEqual(numbers, [...numbers.keys()])
  t.like(await ended, { signal: 'SIGKILL' })
})

for (const type of MESSAGE_TYPES) {
  test(`of a ${type} child that is killed while it sends whole messages arrive, then the end`, async (t) => {
    const line = commandLine('sends-for-ever.py')
    const { child, socket, ended } = tended(t, spawn(...line, { socket: { type } }))
    const numbers = []
    for await (const { data } of socket) {
      t.is(data.length, BLOCK)
      numbers.push(...numbersOf(data))
      if (numbers.length === 100) child.kill('SIGKILL')
    }
    t.true(numbers.length >= 100)
    t.deepEqual(numbers, [...numbers.keys()])
    t.like(await ended, { signal: 'SIGKILL' })
    t.is(await take(socket), null)
  })
}

test('a frame whose sender was killed is an end too early, with what had come of it', async (t) => {
  const { child, socket } = tended(t, spawn('sh', ['-c', 'printf half >&3; read line']))
  const frame = Buffer.alloc(8)
  const read = socket.readExactly(frame)
  await until(() => socket.bytesRead === 4)
  child.kill('SIGKILL')
  const error = await rejects(t, read, 'ERR_UNEXPECTED_EOF')
  t.is(error['bytesRead'], 4)
  t.is(frame.toString('latin1', 0, 4), 'half')
})

for (const type of TYPES) {
  test(`a send that waits for a ${type} child fails when the child is killed`, async (t) => {
    const { child, socket } = tended(
      t,
      spawn('sh', ['-c', 'read line'], { socket: { type, sendBufferSize: 20_000 } }),
    )
    const sends = []
    for (let i = 0; i < 100; i++) sends.push(put(socket, Buffer.alloc(1000)))
    const outcomes = Promise.allSettled(sends)
    await sends[0]
    child.kill('SIGKILL')
    const failures = (await outcomes).flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as NodeJS.ErrnoException).code] : [],
    )
    t.true(failures.length > 0)
    const expected = {
      stream: ['EPIPE', 'ECONNRESET'],
      dgram: ['ECONNREFUSED', 'ENOTCONN'],
      seqpacket: ['ECONNRESET', 'EPIPE'],
    }
    for (const code of failures) t.true(expected[type].includes(code ?? ''), code)
  })
}

test('a datagram receive that waits gets end-of-file when the child exits', async (t) => {
  const { child, socket } = tended(
    t,
    spawn('sh', ['-c', 'read line'], { socket: { type: 'dgram' } }),
  )
  const waiting = [socket.recv(), socket.recv(), socket.recvInto(Buffer.alloc(10))]
  child.stdin?.end('\n')
  t.deepEqual(await Promise.all(waiting), [null, null, null])
})

test('what a datagram child had sent is received after its exit, then end-of-file', async (t) => {
  const { socket, ended } = tended(
    t,
    spawn('sh', ['-c', 'printf one >&3; printf two >&3'], { socket: { type: 'dgram' } }),
  )
  await ended
  t.deepEqual([await take(socket), await take(socket), await take(socket)], ['one', 'two', null])
  t.is(tryTake(socket), null)
})

test('every datagram socket of a child gets end-of-file at its exit', async (t) => {
  const asked = Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`d${i}`, 'dgram' as const]),
  )
  let warnings = 0
  const count = () => warnings++
  process.on('warning', count)
  t.teardown(() => void process.off('warning', count))
  const { sockets } = tended(t, spawn('true', { sockets: asked }))
  for (const end of Object.values(sockets)) t.is(await take(end), null)
  t.is(warnings, 0)
})

test('a datagram end that is closed, or shut down before, is left alone at the exit', async (t) => {
  const { child, sockets, ended } = tended(
    t,
    spawn('sh', ['-c', 'read line'], { sockets: { closed: 'dgram', shut: 'dgram' } }),
  )
  sockets.closed.close()
  sockets.shut.shutdown('both')
  child.stdin?.end('\n')
  t.like(await ended, { code: 0 })
  t.is(await take(sockets.shut), null)
})

test('a datagram end that was given away is not shut down at the exit', async (t) => {
  const { child, socket, ended } = tended(
    t,
    spawn('sh', ['-c', 'read line'], { socket: { type: 'dgram' } }),
  )
  const adopted = Socket.fromFd(socket.detach())
  t.teardown(() => adopted.close())
  child.stdin?.end('\n')
  await ended
  t.is(tryTake(adopted), undefined)
})

for (const type of CONNECTED_TYPES) {
  test(`a ${type} pair lives as long as a process that the child has left behind`, async (t) => {
    const line = commandLine('leaves-grandchild.py')
    const { child, socket, ended } = tended(t, spawn(...line, { socket: { type } }))
    await once(child, 'exit')
    t.is(await take(socket), 'from the child')
    t.is(tryTake(socket), undefined)
    await put(socket, 'still there')
    t.is(await take(socket), 'STILL THERE')
    t.is(await take(socket), null)
    t.like(await ended, { stdout: '"sent"\n' })
  })
}

test('a process that a datagram child has left behind receives, and can send no more', async (t) => {
  const line = commandLine('leaves-grandchild.py')
  const { child, socket, ended } = tended(t, spawn(...line, { socket: { type: 'dgram' } }))
  await once(child, 'exit')
  t.is(await take(socket), 'from the child')
  t.is(await take(socket), null)
  await put(socket, 'still there')
  t.like(await ended, { stdout: '"Broken pipe"\n' })
  t.is(await take(socket), null)
})
