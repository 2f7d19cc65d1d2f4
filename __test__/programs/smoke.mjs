// A little of everything, for runtimes in which the tests themselves don't run.

import { MessageBatch, Socket, socketpair, supported } from 'socketpair'
import { same } from './support.mjs'

const [here, there] = socketpair()
const read = here.read(Buffer.alloc(16))
await there.write('hello')
same(await read, 5, 'a read that waited')
const large = Buffer.alloc(3_000_000, 'abc')
const [sent] = await Promise.all([here.write(large), there.readExactly(Buffer.alloc(large.length))])
same(sent, large.length, 'a large write')

const controller = new AbortController()
const aborted = here.read(Buffer.alloc(1), { signal: controller.signal }).catch((error) => error)
controller.abort()
same(await aborted, controller.signal.reason, 'an aborted read')
const late = here.read(Buffer.alloc(1), { timeout: 20 }).catch((error) => error.code)
same(await late, 'ETIMEDOUT', 'a read with a timeout')
const adopted = /** @type {import('socketpair').StreamSocket} */ (Socket.fromFd(here.detach()))
await adopted.write('adopted')
same(String(await there.readChunk()), 'adopted', 'an adopted end')
const cancelled = there.read(Buffer.alloc(1)).catch((error) => error.code)
there.close()
same(await cancelled, 'ECANCELED', 'a cancelled read')
same(await adopted.read(Buffer.alloc(1)), 0, 'end-of-file')
same(await adopted.write('x').catch((error) => error.code), 'EPIPE', 'a write without a reader')
adopted.close()

for (const type of /** @type {const} */ (['seqpacket', 'dgram'])) {
  if (!supported[type]) throw new Error(`no ${type}`)
  const [one, other] = socketpair(/** @type {'dgram'} */ (type))
  const received = one.recv()
  await other.sendMany([Buffer.from('one'), Buffer.from(''), Buffer.from('three')])
  same(String((await received)?.data), 'one', 'a message')
  const batch = new MessageBatch()
  same(await one.recvMany(batch), 2, 'messages at once')
  same([...batch].map((message) => Buffer.from(message).toString()).join(), ',three', 'their bytes')
  one.close()
  other.close()
}
console.log('it works')
