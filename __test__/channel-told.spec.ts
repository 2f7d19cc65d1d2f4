// What keeps values from going is told once: by the promise that learns of it first, or by close().
import { once } from 'node:events'
import { Socket as NetSocket } from 'node:net'
import { Channel } from 'socketpair'
import { channels, header } from './helpers/channels.ts'
import { rejects } from './helpers/failures.ts'
import { pair } from './helpers/pairs.ts'
import { codes } from './helpers/rejection.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

/** A channel over a net.Socket, and the other end. */
function overNet(t: ExecutionContext) {
  const [here, there] = pair(t, 'stream')
  const duplex = new NetSocket({ fd: here.detach(), allowHalfOpen: true })
  t.teardown(() => void duplex.destroy())
  return [duplex, there] as const
}

for (const carrier of ['stream', 'seqpacket'] as const) {
  test(`close() does not repeat what a request has told, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier)
    if ('close' in b.socket) b.socket.close()
    // Taken, and lost together with the request.
    await a.send('lost')
    const [code] = await codes([a.request('x')])
    // By a send or by a receive: whichever comes first.
    t.true(code === 'EPIPE' || code === 'ECONNRESET', code)
    await a.close()
  })

  test(`close() does not repeat what flush() or a send has told, over ${carrier}`, async (t) => {
    for (const how of ['flush', 'send'] as const) {
      const [a, b] = await channels(t, carrier)
      if ('close' in b.socket) b.socket.close()
      await a.send('lost')
      if (how === 'flush') await rejects(t, a.flush(), 'EPIPE')
      else await rejects(t, a.send(Buffer.alloc(100_000)), 'EPIPE')
      await a.close()
    }
  })

  test(`close() tells of a value that was taken and lost, if nothing else did, over ${carrier}`, async (t) => {
    for (const how of ['send', 'trySend', 'an answer'] as const) {
      const [a, b] = await channels(t, carrier)
      if (how === 'an answer') {
        a.onRequest(() => {
          if ('close' in b.socket) b.socket.close()
          return 'answer'
        })
        void b.request('x').catch(() => {})
        await b.flush()
        while (!b.closed) await new Promise(setImmediate)
      } else {
        if ('close' in b.socket) b.socket.close()
        if (how === 'send') await a.send('lost')
        else t.true(a.trySend('lost'))
      }
      await rejects(t, a.close(), 'EPIPE')
    }
  })
}

test('a large value that trySend() has taken, and that is lost later, is told by close()', async (t) => {
  const [a, b] = await channels(t, 'stream')
  t.true(a.trySend(Buffer.alloc(5_000_000)))
  if ('close' in b.socket) b.socket.close()
  await new Promise(setImmediate)
  const [code] = await codes([a.close()])
  t.true(code === 'EPIPE' || code === 'ECONNRESET', code)
})

test('close() does not repeat the error of a Duplex that a receive has told', async (t) => {
  const [duplex] = overNet(t)
  const channel = new Channel(duplex)
  const received = codes([channel.recv()])
  const error = Object.assign(new Error('the cable'), { code: 'ERR_CABLE' })
  for (let n = 0; n < 50; n++) channel.trySend(Buffer.alloc(10_000))
  duplex.destroy(error)
  await new Promise((resolve) => duplex.once('close', resolve))
  t.deepEqual(await received, ['ERR_CABLE'])
  await channel.close()
})

test('a Duplex that is destroyed in the middle of a value ends everything that waits', async (t) => {
  const [duplex, peer] = overNet(t)
  const channel = new Channel(duplex)
  const told = codes([channel.recv(), channel.request('x'), channel.recv(), channel.recv()])
  await peer.write(Buffer.concat([header(1000), Buffer.alloc(10)]))
  while (duplex.bytesRead < 14) await new Promise(setImmediate)
  duplex.destroy()
  await once(duplex, 'close')
  t.deepEqual(await told, ['ECONNRESET', 'ECONNRESET', 'ERR_UNEXPECTED_EOF', undefined])
  t.true(channel.closed)
})

test('a handler may receive, ask, send and close, in the middle of what arrives', async (t) => {
  const [a, b] = await channels(t, 'stream', { codec: 'json' })
  a.onRequest((n: number) => n * 10)
  b.onRequest(async (what: string) => {
    if (what === 'receive') return await b.recv()
    if (what === 'ask') return await b.request(4)
    if (what === 'send') {
      await b.send('sent')
      return 'after it'
    }
    void b.close()
    return 'never'
  })
  const first = b.recv()
  const asked = [a.request('receive'), a.request('ask'), a.request('send')]
  await a.send('first')
  await a.send('second')
  t.is(await first, 'first')
  t.deepEqual(await Promise.all(asked), ['second', 40, 'after it'])
  t.is(await a.recv(), 'sent')
  const [code] = await codes([a.request('close')])
  t.true(code === 'ECONNRESET' || code === 'EPIPE', code)
  await a.close().catch(() => {})
})
