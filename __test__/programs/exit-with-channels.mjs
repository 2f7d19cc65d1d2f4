// Calls process.exit() in the moment that it is told, with channels busy and waiting.

import { Channel, socketpair } from 'socketpair'
import { leaveWaiting, turns } from './support.mjs'

const how = process.argv[2]
const channels = Array.from({ length: 30 }, (_, n) => socketpair(n % 2 ? 'stream' : 'seqpacket'))
  .flat()
  .map((end) => new Channel(end))
for (const channel of channels) leaveWaiting(channel)
const [here, there] = socketpair()
const [a, b] = [new Channel(here), new Channel(there, { codec: codec() })]

/** A codec in whose midst the process may end. */
function codec() {
  return {
    encode: /** @param {Buffer} value */ (value) => value,
    /** @param {Buffer} bytes */
    decode(bytes) {
      if (how === 'in a codec') process.exit(7)
      return bytes
    },
  }
}

switch (how) {
  case 'at once': {
    process.exit(7)
    break
  }
  case 'after some turns': {
    await turns(20)
    process.exit(7)
    break
  }
  case 'in a continuation': {
    b.recv().then(() => process.exit(7))
    await a.send(Buffer.alloc(100_000))
    break
  }
  case 'in a codec': {
    b.recv()
    await a.send(Buffer.alloc(100_000))
    break
  }
  case 'in a handler': {
    b.onRequest(() => process.exit(7))
    await a.request('x')
    break
  }
  case 'while closing': {
    for (const channel of channels) channel.close().catch(() => {})
    setImmediate(() => process.exit(7))
    break
  }
  default: {
    throw new Error(`unknown: ${how}`)
  }
}
