// @ts-nocheck The packages are not installed where types are checked.
// vscode-jsonrpc: requests both ways at once, notifications, errors, cancellation, and the end.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { socketpair } from 'socketpair'
import { stranger } from './stranger.js'

const rpc = stranger('vscode-jsonrpc/node.js')

const [here, there] = socketpair()
const duplexes = [here, there].map((end) => end.toDuplex({ allowHalfOpen: false }))
const [client, server] = duplexes.map((duplex) =>
  rpc.createMessageConnection(
    new rpc.StreamMessageReader(duplex),
    new rpc.StreamMessageWriter(duplex),
  ),
)
server.onRequest('add', (a, b) => a + b)
server.onRequest('echo', (value) => value)
server.onRequest('fail', () => new rpc.ResponseError(42, 'as told'))
let begin
const begun = new Promise((resolve) => (begin = resolve))
server.onRequest('wait', (_value, token) => {
  begin()
  return new Promise((resolve) => token.onCancellationRequested(() => resolve('cancelled')))
})
client.onRequest('double', (value) => value * 2)
const noted = []
server.onNotification('note', (value) => noted.push(value))
client.listen()
server.listen()

const sums = Array.from({ length: 500 }, (_, index) => client.sendRequest('add', index, 1))
const doubles = Array.from({ length: 500 }, (_, index) => server.sendRequest('double', index))
assert.deepEqual(
  await Promise.all(sums),
  Array.from({ length: 500 }, (_, index) => index + 1),
)
assert.deepEqual(
  await Promise.all(doubles),
  Array.from({ length: 500 }, (_, index) => index * 2),
)

const large = 'ž'.repeat(1_000_000)
assert.equal(await client.sendRequest('echo', large), large)
await assert.rejects(client.sendRequest('fail'), { code: 42, message: 'as told' })
await client.sendNotification('note', 'one')
await client.sendNotification('note', 'two')
assert.equal(await client.sendRequest('add', 1, 1), 2)
assert.deepEqual(noted, ['one', 'two'])

const source = new rpc.CancellationTokenSource()
const waiting = client.sendRequest('wait', 'for ever', source.token)
await begun
source.cancel()
assert.equal(await waiting, 'cancelled')

const closed = new Promise((resolve) => server.onClose(resolve))
client.end()
await closed
for (const duplex of duplexes) {
  duplex.end()
  if (!duplex.closed) await once(duplex, 'close')
}
