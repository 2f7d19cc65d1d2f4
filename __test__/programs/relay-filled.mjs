// A relay whose second end is kept full by a program that shares its description, and whose peer that program
// is. Over tokio, so that other ends' readiness comes from the thread that relays.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { relay, socketpair } from 'socketpair'
import { same, turns } from './support.mjs'

const [program = '', type = 'stream', how = 'abort'] = process.argv.slice(2)
const [client, a] = socketpair(/** @type {'stream'} */ (type))
const [b, server] = socketpair(/** @type {'stream'} */ (type))

// Started first, so that it has the end while it is still idle.
const sharer = spawn(program, ['20'], {
  stdio: ['pipe', 'pipe', 'inherit', b.fd, server.fd],
})
await once(sharer, 'spawn')
server.close()
const lines = createInterface({
  input: /** @type {import('node:stream').Readable} */ (sharer.stdout),
})
const line = lines[Symbol.asyncIterator]()

const controller = new AbortController()
const relaying = relay(a, b, { signal: controller.signal }).catch((error) => error)

const LENGTH = type === 'stream' ? 251 * 1024 : 1004
const flooding = new AbortController()
const flooded = flood()
async function flood() {
  let sent = 0
  try {
    for (;;) {
      const piece = Uint8Array.from({ length: LENGTH }, (_, i) => (sent + i) % 251)
      const { signal } = flooding
      if ('write' in client) await client.write(piece, { signal })
      else await /** @type {any} */ (client).send(piece, { signal })
      sent += LENGTH
    }
  } catch (error) {
    if (error !== flooding.signal.reason) throw error
  }
}

// Nothing of this waits for the one that is full.
const [one, other] = socketpair()
for (let round = 0; round < 80; round++) {
  sharer.stdin?.write('.')
  same((await line.next()).value, 'full')
  const reading = other.read(Buffer.alloc(1))
  await turns(3)
  await one.write('x')
  same(await reading, 1)
}
one.close()
other.close()

if (how === 'exit') {
  // The program's last line comes when this one has ended.
  lines.close()
  process.exit(0)
}
if (how === 'abort') controller.abort()
else b.close()
const outcome = await relaying
sharer.stdin?.end()
flooding.abort()
await flooded
const ended = once(sharer, 'exit')

if (how === 'abort') {
  same(outcome, controller.signal.reason)
  const last = Uint8Array.of(254)
  if ('write' in b) await b.write(last)
  else await /** @type {any} */ (b).send(last)
  b.close()
} else {
  same(outcome.code, 'ECANCELED')
}
const told = JSON.parse((await line.next()).value)
same(told.told, true, 'the sharer was told')
if (how === 'abort') {
  same(told.finished, true, 'the last byte came')
  const memory = Buffer.alloc(1 << 20)
  let left = 0
  for (;;) {
    const count =
      'tryRead' in a ? a.tryRead(memory) : /** @type {any} */ (a).tryRecv(memory)?.bytesRead
    if (!count) break
    left += count
  }
  same(told.relayed + left, client.bytesWritten, 'bytes')
}
await ended
client.close()
a.close()
console.log('all of it')
