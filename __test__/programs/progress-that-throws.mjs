// What onProgress throws is an uncaught exception, and the relay goes on.

import { relay, socketpair } from 'socketpair'

const [client, a] = socketpair()
const [b, server] = socketpair()
const relaying = relay(a, b, {
  onProgress() {
    throw new Error('planned')
  },
})

process.once('uncaughtException', async (error) => {
  console.log(`uncaught: ${error.message}`)
  client.shutdown('write')
  server.shutdown('write')
  console.log(`relayed: ${(await relaying).aToB}`)
})
await client.write('abc')
