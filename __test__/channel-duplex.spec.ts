// A channel over streams of Node: TCP, TLS, HTTP/2, a pair's own Duplex; the wire is that of a stream socket.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { Channel } from 'socketpair'
import { carriers, channels, frame, header, tcpPair } from './helpers/channels.ts'
import { patterned } from './helpers/bytes.ts'
import { rejects } from './helpers/failures.ts'
import { rejection } from './helpers/rejection.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

async function tlsPair(t: ExecutionContext): Promise<[TLSSocket, TLSSocket]> {
  const folder = mkdtempSync(join(tmpdir(), 'socketpair-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-days', '1', '-nodes']
  const line = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  execFileSync('openssl', [...line, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const there = connect({
    port,
    host: '127.0.0.1',
    ca: readFileSync(cert),
    servername: 'localhost',
  })
  const [[here]] = (await Promise.all([
    once(server, 'secureConnection'),
    once(there, 'secureConnect'),
  ])) as [[TLSSocket], unknown]
  t.teardown(async () => {
    here.destroy()
    there.destroy()
    server.close()
    await once(server, 'close')
  })
  return [here, there]
}

/** The two ends of one stream of an HTTP/2 session, which carries others beside. */
async function http2Pair(t: ExecutionContext): Promise<[Duplex, Duplex]> {
  const server = createHttp2Server()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const opened = once(server, 'stream') as Promise<[ServerHttp2Stream]>
  const there = session.request({ ':method': 'POST' }, { endStream: false })
  const [here] = await opened
  here.respond({ ':status': 200 })
  t.teardown(async () => {
    here.destroy()
    there.destroy()
    session.destroy()
    server.close()
    await once(server, 'close')
  })
  return [here, there]
}

for (const [name, pairOf] of [
  ['TLS', tlsPair],
  ['a stream of HTTP/2', http2Pair],
] as const) {
  test(`values of every size go over ${name}, both ways at once, and close ends it`, async (t) => {
    const [here, there] = await pairOf(t)
    const [a, b] = [new Channel(here), new Channel(there)]
    const sizes = [0, 1, 100, 16_383, 16_384, 32_767, 32_768, 65_536, 1_000_000, 3_000_000]
    const talk = async (from: Channel, to: Channel, many: boolean) => {
      const sending = Promise.all(sizes.map((size) => from.send(patterned(size, size + 1))))
      const left = [...sizes]
      while (left.length > 0) {
        const some = many ? await to.recvMany() : [await to.recv()]
        for (const one of some as Buffer[]) {
          const size = left.shift() as number
          t.true(patterned(size, size + 1).equals(one), `${size} bytes`)
        }
      }
      await sending
    }
    await Promise.all([talk(a, b, false), talk(b, a, true)])
    b.onRequest((value) => `answer to ${String(value)}`)
    t.is(String(await a.request('this')), 'answer to this')
    b.onRequest(null)
    await a.close()
    t.is(await b.recv(), null)
    await b.close()
  })

  test(`a reader that is slow holds up its sender over ${name}, and loses nothing`, async (t) => {
    const [here, there] = await pairOf(t)
    const [a, b] = [new Channel(here, { codec: 'v8' }), new Channel(there, { codec: 'v8' })]
    const sending = (async () => {
      for (let n = 0; n < 100; n++) await a.send({ n, bytes: patterned(30_000, n) })
      await a.close()
    })()
    let seen = 0
    for await (const { n, bytes } of b) {
      if (n !== seen++ || !patterned(30_000, n).equals(bytes)) t.fail(`value ${n}`)
      if (seen % 10 === 0) for (let n = 0; n < 3; n++) await turn()
    }
    await sending
    t.is(seen, 100)
    await b.close()
  })

  test(`a peer that is destroyed in the middle of a value over ${name} is told`, async (t) => {
    const [here, there] = await pairOf(t)
    const channel = new Channel(here)
    there.write(frame('whole'))
    there.write(header(1000))
    t.is(String(await channel.recv()), 'whole')
    const told = rejection(channel.recv())
    there.destroy()
    t.true(['ERR_UNEXPECTED_EOF', 'ECONNRESET'].includes((await told).code), (await told).code)
    await channel.close().catch(() => {})
  })
}

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
