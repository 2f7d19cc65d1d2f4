// Receives an end, sends back what came on it, and gives the end back.

import { parentPort } from 'node:worker_threads'
import { receive, transfer } from 'socketpair'

parentPort?.on('message', async (token) => {
  const end = /** @type {import('socketpair').StreamSocket} */ (receive(token))
  const chunk = await end.readChunk()
  if (chunk) await end.write(chunk)
  end.shutdown('write')
  parentPort?.postMessage(transfer(end))
})
