// Node's own protocols and tools over toDuplex().
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import { createInterface } from 'node:readline'
import { Transform } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import tls from 'node:tls'
import { createGunzip, createGzip } from 'node:zlib'
import { patterned } from './helpers/bytes.ts'
import { duplexPair } from './helpers/duplexes.ts'
import { type ExecutionContext, test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

const KEY = { identity: 'a pair', psk: Buffer.from('0123456789abcdef') }
// A key that both know: no certificate is needed.
const SHARED_KEY: tls.ConnectionOptions = {
  ciphers: 'PSK',
  maxVersion: 'TLSv1.2',
  checkServerIdentity: () => undefined,
  pskCallback: () => KEY,
}
const SERVER_KEY = {
  ciphers: 'PSK',
  maxVersion: 'TLSv1.2' as const,
  pskCallback: () => KEY.psk,
}

test('tls.connect({ socket }) and new tls.TLSSocket() carry both directions', async (t) => {
  const [a, b] = duplexPair(t)
  const server = new tls.TLSSocket(b, { isServer: true, ...SERVER_KEY } as tls.TLSSocketOptions)
  const client = tls.connect({ socket: a, ...SHARED_KEY })
  const sent = patterned(500_000)
  client.end(sent)
  const chunks: Buffer[] = []
  server.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(server, 'end')
  t.true(Buffer.concat(chunks).equals(sent))
  server.end('got it')
  t.is(await text(client), 'got it')
  await until(() => a.destroyed && b.destroyed)
})

test("a tls.Server takes one by emit('connection')", async (t) => {
  const [a, b] = duplexPair(t)
  const server = tls.createServer(SERVER_KEY as tls.TlsOptions, (socket) => socket.pipe(socket))
  server.emit('connection', b)
  const client = tls.connect({ socket: a, ...SHARED_KEY })
  client.end('echo')
  t.is(await text(client), 'echo')
  t.true(client.encrypted)
  await until(() => a.destroyed && b.destroyed)
})

test('TLS tells its user when the peer is cut off', async (t) => {
  const [a, b] = duplexPair(t)
  const client = tls.connect({ socket: a, ...SHARED_KEY })
  const failed = once(client, 'error')
  b.destroy()
  const [error] = (await failed) as [NodeJS.ErrnoException]
  t.is(error.code, 'ECONNRESET')
  await until(() => a.destroyed)
})

function http2Pair(t: ExecutionContext, listener: (stream: http2.ServerHttp2Stream) => void) {
  const [a, b] = duplexPair(t)
  const server = http2.createServer()
  server.on('stream', listener)
  server.emit('connection', b)
  const client = http2.connect('http://pair', { createConnection: () => a })
  t.teardown(() => client.destroy())
  return { client, a, b }
}

test('http2 carries many requests at once', async (t) => {
  const { client, a, b } = http2Pair(t, (stream) => {
    stream.respond({ ':status': 200 })
    stream.pipe(stream)
  })
  const bodies = Array.from({ length: 20 }, (_, index) => patterned(100_000 + index, index + 1))
  await Promise.all(
    bodies.map(async (body) => {
      const request = client.request({ ':method': 'POST', ':path': '/' })
      request.end(body)
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      t.true(Buffer.concat(chunks).equals(body))
    }),
  )
  await new Promise<void>((resolve) => client.close(resolve))
  await until(() => a.destroyed && b.destroyed)
})

test('http2 pings, and a session that is destroyed closes the sockets', async (t) => {
  const { client, a, b } = http2Pair(t, (stream) => stream.respond({}, { endStream: true }))
  await new Promise<void>((resolve, reject) => {
    client.ping((error) => (error ? reject(error) : resolve()))
  })
  t.is(client.socket.remoteAddress, undefined)
  client.destroy()
  await until(() => a.destroyed && b.destroyed)
})

test('http carries requests one after the other over one connection', async (t) => {
  const [a, b] = duplexPair(t)
  const server = http.createServer((request, response) => {
    response.setHeader('x-path', request.url as string)
    request.pipe(response)
  })
  server.emit('connection', b)
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  // @ts-expect-error the agent's own method, which its types leave out
  agent.createConnection = () => a
  t.teardown(() => agent.destroy())
  for (const body of ['one', 'two'.repeat(100_000), '']) {
    const request = http.request({ agent, method: 'POST', path: `/${body.length}` })
    request.end(body)
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    t.is(response.headers['x-path'], `/${body.length}`)
    t.is(await text(response), body)
  }
  t.false(a.destroyed)
  agent.destroy()
  await until(() => a.destroyed && b.destroyed)
})

test('http with createConnection and a timeout of the request', async (t) => {
  const [a, b] = duplexPair(t)
  b.resume()
  const request = http.request({ createConnection: () => a })
  request.setTimeout(20)
  request.end()
  await once(request, 'timeout')
  const failed = once(request, 'error')
  request.destroy()
  t.is(((await failed) as [NodeJS.ErrnoException])[0].code, 'ECONNRESET')
  await until(() => a.destroyed)
})

test('an http connection is upgraded, and its Duplex handed on', async (t) => {
  const [a, b] = duplexPair(t)
  const server = http.createServer()
  server.on('upgrade', (_request, socket) => {
    t.is(socket, b)
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n')
    socket.pipe(socket)
  })
  server.emit('connection', b)
  const request = http.request({
    createConnection: () => a,
    headers: { Connection: 'Upgrade', Upgrade: 'echo' },
  })
  request.end()
  const [, socket] = (await once(request, 'upgrade')) as [unknown, typeof a]
  t.is(socket, a)
  socket.end('over the other protocol')
  t.is(await text(socket), 'over the other protocol')
})

test('readline gives its lines', async (t) => {
  const [a, b] = duplexPair(t)
  a.write('one\ntw')
  a.end('o\nthree')
  const lines: string[] = []
  for await (const line of createInterface({ input: b, output: b })) lines.push(line)
  t.deepEqual(lines, ['one', 'two', 'three'])
})

test('zlib packs and unpacks at the two ends', async (t) => {
  const [a, b] = duplexPair(t)
  const body = patterned(1_000_000)
  const chunks: Buffer[] = []
  await Promise.all([
    pipeline([body], createGzip(), a),
    pipeline(b, createGunzip(), async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) chunks.push(chunk)
    }),
  ])
  t.true(Buffer.concat(chunks).equals(body))
})

test('a pipeline from a socket through a transform back into it echoes', async (t) => {
  const [a, b] = duplexPair(t)
  const echoing = pipeline(
    b,
    new Transform({
      transform: (chunk: Buffer, _encoding, done) => done(null, String(chunk).toUpperCase()),
      flush: (done) => done(null, '!'),
    }),
    b,
  )
  a.end('quiet')
  t.is(await text(a), 'QUIET!')
  await echoing
  await until(() => a.destroyed && b.destroyed)
})
