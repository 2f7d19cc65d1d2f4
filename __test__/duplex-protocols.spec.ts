// Node's own protocols over toDuplex().
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import tls from 'node:tls'
import { patterned } from './helpers/bytes.ts'
import { duplexPair, textFrom } from './helpers/duplexes.ts'
import { type ExecutionContext, test } from './helpers/test.ts'
import { CLIENT_KEY, SERVER_KEY } from './helpers/shared-key.ts'
import { until } from './helpers/until.ts'

test('tls.connect({ socket }) and new tls.TLSSocket() carry both directions', async (t) => {
  const [a, b] = duplexPair(t)
  const server = new tls.TLSSocket(b, { isServer: true, ...SERVER_KEY } as tls.TLSSocketOptions)
  const client = tls.connect({ socket: a, ...CLIENT_KEY })
  const sent = patterned(500_000)
  client.end(sent)
  const chunks: Buffer[] = []
  server.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(server, 'end')
  t.true(Buffer.concat(chunks).equals(sent))
  server.end('got it')
  t.is(await textFrom(client), 'got it')
  await until(() => a.destroyed && b.destroyed)
})

test("a tls.Server takes one by emit('connection')", async (t) => {
  const [a, b] = duplexPair(t)
  const server = tls.createServer(SERVER_KEY as tls.TlsOptions, (socket) => socket.pipe(socket))
  server.emit('connection', b)
  const client = tls.connect({ socket: a, ...CLIENT_KEY })
  client.end('echo')
  t.is(await textFrom(client), 'echo')
  t.true(client.encrypted)
  await until(() => a.destroyed && b.destroyed)
})

test('TLS tells its user when the peer is cut off', async (t) => {
  const [a, b] = duplexPair(t)
  const client = tls.connect({ socket: a, ...CLIENT_KEY })
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
  agent.createConnection = () => a
  t.teardown(() => agent.destroy())
  for (const body of ['one', 'two'.repeat(100_000), '']) {
    const request = http.request({ agent, method: 'POST', path: `/${body.length}` })
    request.end(body)
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    t.is(response.headers['x-path'], `/${body.length}`)
    t.is(await textFrom(response), body)
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
  t.is(await textFrom(socket), 'over the other protocol')
})
