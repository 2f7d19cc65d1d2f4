// @ts-nocheck The packages are not installed where types are checked.
// undici: requests one after the other, in a pipeline, with bodies that stream, and an upgrade.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { socketpair } from 'socketpair'
import { stranger } from './stranger.js'

const { Client } = stranger('undici')

const server = http.createServer((request, response) => {
  response.setHeader('x-path', request.url)
  request.pipe(response)
})
server.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
  socket.pipe(socket)
})

/** Each connection is a pair; one that is closed is followed by another. */
const ends = []
const connect = (options, callback) => {
  const [here, there] = socketpair()
  ends.push(here, there)
  server.emit('connection', there.toDuplex())
  process.nextTick(callback, null, here.toDuplex())
}

const client = new Client('http://pair', { connect, pipelining: 10 })
const bodies = Array.from({ length: 100 }, (_, index) => 'x'.repeat(index * 1000))
await Promise.all(
  bodies.map(async (sent, index) => {
    const options = { method: 'PUT', path: `/${index}`, body: sent, blocking: false }
    const { statusCode, headers, body } = await client.request({ ...options, idempotent: true })
    assert.equal(statusCode, 200)
    assert.equal(headers['x-path'], `/${index}`)
    assert.equal(await body.text(), sent)
  }),
)
assert.equal(ends.length, 2)

const streamed = await client.request({
  method: 'POST',
  path: '/streamed',
  body: Readable.from(['one ', 'two ', 'three']),
})
assert.equal(await streamed.body.text(), 'one two three')

// A request that is given up takes its connection with it; the next gets another.
const controller = new AbortController()
const body = new Readable({ read() {} })
const given = client.request({ method: 'POST', path: '/', body, signal: controller.signal })
body.push('never ended')
setTimeout(() => controller.abort(), 20)
await assert.rejects(
  given.then(({ body: answer }) => answer.text()),
  { name: 'AbortError' },
)
const next = await client.request({ method: 'GET', path: '/next' })
assert.equal(next.headers['x-path'], '/next')
await next.body.dump()
assert.equal(ends.length, 4)

const { socket } = await client.upgrade({ path: '/', protocol: 'echo' })
socket.end('over the other protocol')
assert.equal(await text(socket), 'over the other protocol')
await client.close()
for (const end of ends) {
  if (!end.closed) await once(end.toDuplex(), 'close')
}
