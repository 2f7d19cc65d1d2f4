// Relays in numbers, in the middle of a flood, when the process or the worker that runs them ends in the
// way that it is told.

import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { relay, socketpair } from 'socketpair'
import { turns } from './support.mjs'

const how = isMainThread ? process.argv[2] : workerData.how
const count = isMainThread ? 20 : 5

/** @param {unknown} error */
function expected(error) {
  const { code } = /** @type {{ code: string }} */ (error)
  if (!['ECANCELED', 'EPIPE', 'ECONNRESET'].includes(code)) throw error
}

/** @param {import('socketpair').StreamSocket} end */
async function flood(end) {
  for (;;) await end.write(Buffer.alloc(1 << 20))
}

/** @param {import('socketpair').StreamSocket} end */
async function swallow(end) {
  const buffer = Buffer.alloc(1 << 16)
  while ((await end.read(buffer)) > 0);
}

const ends = []
const relays = []
for (let i = 0; i < count; i++) {
  const [client, a] = socketpair()
  const [b, server] = socketpair()
  ends.push(client, a, b, server)
  relays.push(relay(a, b, { onProgress: () => {} }))
  flood(client).catch(expected)
  // Some are full, and wait.
  if (i % 3) swallow(server).catch(expected)
  const [sender, c] = socketpair('seqpacket')
  const [d, receiver] = socketpair('seqpacket')
  ends.push(sender, c, d, receiver)
  relays.push(relay(c, d))
  while (sender.trySend(Buffer.alloc(1000)) !== undefined);
}
for (const relaying of relays) relaying.catch(expected)
await turns(20)
parentPort?.postMessage('ready')

switch (how) {
  case 'exit': {
    process.exit(7)
    break
  }
  case 'exit in a later turn': {
    setTimeout(() => process.exit(7), 20)
    break
  }
  case 'uncaught error': {
    setImmediate(() => {
      throw new Error('planned')
    })
    break
  }
  case 'natural end': {
    for (const end of ends) end.unref()
    process.exitCode = 7
    break
  }
  case 'closed': {
    for (const end of ends) end.close()
    await Promise.allSettled(relays)
    process.exitCode = 7
    break
  }
  default: {
    await Promise.allSettled(relays) // Until it is terminated.
  }
}
