// A channel over streams of Node: TCP, a pair's own Duplex; the wire is that of a stream socket.
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { Channel } from 'socketpair'
import { carriers, channels, frame, tcpPair } from './helpers/channels.ts'
import { patterned } from './helpers/bytes.ts'
import { rejects } from './helpers/failures.ts'
import { test } from './helpers/test.ts'

test('the wire over a Duplex is that of a stream socket, bit for bit', async (t) => {
  const [here, there] = await tcpPair(t)
  const channel = new Channel(here)
  const large = patterned(20_000)
  await channel.send('small')
  await channel.send(large)
  await channel.close()
  const parts: Buffer[] = []
  for await (const part of there) parts.push(part as Buffer)
  t.deepEqual(Buffer.concat(parts), Buffer.concat([frame('small'), frame(large)]))
})

test('frames are put together however the stream cuts them', async (t) => {
  const [here, there] = await tcpPair(t)
  const channel = new Channel(here, { codec: 'json' })
  const text = JSON.stringify({ a: 'ü'.repeat(100) })
  for (const byte of frame(text)) {
    there.write(Uint8Array.of(byte))
    if (byte % 8 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  t.deepEqual(await channel.recv(), { a: 'ü'.repeat(100) })
})

test('a Duplex that ends in the middle of a frame is an unexpected end', async (t) => {
  const [here, there] = await tcpPair(t)
  const channel = new Channel(here)
  there.end(Buffer.concat([frame('whole'), frame('cut').subarray(0, 5)]))
  t.is(String(await channel.recv()), 'whole')
  await rejects(t, channel.recv(), 'ERR_UNEXPECTED_EOF')
  t.is(await channel.recv(), null)
})

test('an error of the Duplex is told to those who wait, and sends after it fail', async (t) => {
  const broken = new Duplex({ read() {}, write() {} })
  const channel = new Channel(broken)
  const receiving = channel.recv().catch((error) => error)
  const sending = channel.send(patterned(50_000)).catch((error) => error)
  broken.destroy(Object.assign(new Error('broken'), { code: 'EBROKEN' }))
  t.is((await receiving).code, 'EBROKEN')
  t.is((await sending).code, 'EBROKEN')
  await t.throwsAsync(channel.send('x'))
  await channel.close()
})

test('bytes of a trySend are its caller’s again at once, over a Duplex', async (t) => {
  const [a, b] = await channels(t, 'duplex')
  const body = patterned(30_000)
  t.true(a.trySend(body))
  body.fill(0)
  t.true(patterned(30_000).equals(await b.recv()))
})

test('what waited unread in a Duplex before the channel was made is received', async (t) => {
  const [here, there] = (await carriers(t, 'duplex')) as [Duplex, Duplex]
  there.write(frame('early'))
  await once(here, 'readable')
  const channel = new Channel(here)
  t.is(String(await channel.recv()), 'early')
})

test('a receive that fails for good takes no listener of the caller away from the Duplex', async (t) => {
  const [here, there] = await tcpPair(t)
  let heard = 0
  here.on('readable', () => heard++)
  const channel = new Channel(here)
  there.write(Buffer.alloc(64, 0xff))
  await rejects(t, channel.recv(), 'ERR_BAD_FRAME')
  t.is(here.listenerCount('readable'), 1)
  t.true(heard > 0)
})
