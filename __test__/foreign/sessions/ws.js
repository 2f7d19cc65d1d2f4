// @ts-nocheck The packages are not installed where types are checked.
// ws: a server without a port and a client, over one pair. Both take the Duplex from HTTP's upgrade.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { socketpair } from 'socketpair'
import { stranger } from './stranger.js'

const { WebSocket, WebSocketServer } = stranger('ws')

const [here, there] = socketpair()
const server = http.createServer()
const sockets = new WebSocketServer({ server })
sockets.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
})
server.emit('connection', there.toDuplex())
const client = new WebSocket('ws://pair/', { createConnection: () => here.toDuplex() })
await once(client, 'open')

for (const size of [0, 1, 125, 126, 65_535, 65_536, 3_000_000]) {
  const sent = Buffer.alloc(size, size % 251)
  client.send(sent)
  const [back, isBinary] = await once(client, 'message')
  assert.ok(isBinary)
  assert.ok(sent.equals(back))
}
client.send('žluť')
assert.equal(String((await once(client, 'message'))[0]), 'žluť')

const count = 2000
const received = []
client.on('message', (data) => received.push(String(data)))
for (let index = 0; index < count; index++) client.send(`message ${index}`)
while (received.length < count) await once(client, 'message')
assert.deepEqual(
  received,
  Array.from({ length: count }, (_, index) => `message ${index}`),
)

client.ping('are you there')
assert.equal(String((await once(client, 'pong'))[0]), 'are you there')

client.close(4000, 'done')
const [code, reason] = await once(client, 'close')
assert.equal(code, 4000)
assert.equal(String(reason), 'done')
assert.ok(here.closed)
