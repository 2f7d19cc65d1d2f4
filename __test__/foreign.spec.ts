// Programs in other languages at the other end, which know nothing of this package: their calls block.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Socket as NodeSocket } from 'node:net'
import { hashOf, randomBytes } from './helpers/digests.ts'
import { MESSAGE_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { compile, start } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

const FOUR_MIB = 4 << 20

test('a Python program reads 4 MiB in one blocking call', async (t) => {
  const [mine, theirs] = pair(t, 'stream')
  const data = randomBytes(FOUR_MIB)
  const { result } = start(t, 'blocking.py', [theirs], ['receive', `${FOUR_MIB}`])
  t.is(await mine.write(data), FOUR_MIB)
  t.deepEqual(await result(), { calls: 1, bytes: FOUR_MIB, hash: hashOf(data) })
})

test('a Python program writes 4 MiB in one blocking call', async (t) => {
  const [mine, theirs] = pair(t, 'stream')
  const { result } = start(t, 'blocking.py', [theirs], ['send', `${FOUR_MIB}`])
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of mine) {
    hash.update(chunk)
    bytes += chunk.length
  }
  t.is(bytes, FOUR_MIB)
  t.deepEqual(await result(), { calls: 1, bytes: FOUR_MIB, hash: hash.digest('hex') })
})

test('a Python program writes and reads 4 MiB at once, each in one blocking call', async (t) => {
  const [mine, theirs] = pair(t, 'stream')
  const data = randomBytes(FOUR_MIB)
  const received = Buffer.alloc(FOUR_MIB)
  const { result } = start(t, 'blocking.py', [theirs], ['both', `${FOUR_MIB}`])
  const [written] = await Promise.all([mine.write(data), mine.readExactly(received)])
  t.is(written, FOUR_MIB)
  t.deepEqual(await result(), { sent: hashOf(received), received: hashOf(data) })
})

for (const type of MESSAGE_TYPES) {
  test(`a Python program's blocking sends over a ${type} pair all arrive, in order`, async (t) => {
    const [mine, theirs] = pair(t, type)
    const { result } = start(t, 'blocking-messages.py', [theirs], ['send', '3000'])
    for (let number = 0; number < 3000; number++) {
      t.is((await mine.recv())?.data.toString(), `message ${number}`)
    }
    t.is(await result(), 3000)
  })

  test(`a Python program's blocking receives over a ${type} pair get all that is sent, in order`, async (t) => {
    const [mine, theirs] = pair(t, type)
    const { result } = start(t, 'blocking-messages.py', [theirs], ['receive', '3000'])
    for (let number = 0; number < 3000; number++) await mine.send(`message ${number}`)
    t.is(await result(), 3000)
  })
}

for (const type of TYPES) {
  test(`a C program answers over a ${type} pair, and finds its end blocking and at its number`, async (t) => {
    const program = compile(t, 'upper.c')
    const [mine, theirs] = pair(t, type)
    const { result } = start(t, program, [theirs])
    const rounds = 200
    const buffer = Buffer.alloc(64)
    for (let round = 0; round < rounds; round++) {
      const text = `round ${round}`
      if ('write' in mine) {
        await mine.write(text)
        await mine.readExactly(buffer.subarray(0, text.length))
      } else {
        await mine.send(text)
        t.is((await mine.recvInto(buffer))?.bytesRead, text.length)
      }
      t.is(buffer.toString('latin1', 0, text.length), text.toUpperCase())
    }
    // A datagram end is told by a message what the others are told by the close.
    if (type === 'dgram' && 'send' in mine) await mine.send('')
    else mine.close()
    t.deepEqual(await result(), { rounds, blocking: true })
  })
}

test('3.1 c a stream end that is detached can be given to net.Socket', async (t) => {
  const [mine, theirs] = pair(t, 'stream')
  const socket = new NodeSocket({ fd: theirs.detach(), readable: true, writable: true })
  await mine.write('from the package')
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  t.is(chunk.toString(), 'from the package')
  socket.write('from Node')
  t.is((await mine.readChunk())?.toString(), 'from Node')
  const closed = once(socket, 'close')
  socket.destroy()
  await closed
  t.is(await mine.readChunk(), null)
})

for (const type of MESSAGE_TYPES) {
  test(`3.1 c net.Socket refuses a ${type} end`, (t) => {
    const [, theirs] = pair(t, type)
    t.throws(() => new NodeSocket({ fd: theirs.fd }), { code: 'ERR_INVALID_FD_TYPE' })
  })
}
