// A relay that nothing feeds until another process does, a little later; nothing else keeps this process
// running, so what it prints tells whether the relay did.

import { spawn } from 'node:child_process'
import { relay, socketpair } from 'socketpair'

const how = process.argv[2]
const [client, a] = socketpair()
const [b, server] = socketpair()
server.shutdown('write')

let printed = 'ended without it'
process.on('exit', () => console.log(printed))

if (how === 'unref before') {
  a.unref()
  b.unref()
}
const controller = new AbortController()
const onProgress = () => {}
const relaying = relay(a, b, { signal: controller.signal, onProgress })
relaying.then(
  ({ aToB }) => (printed = `relayed: ${aToB}`),
  (error) => (printed = `rejected: ${error.code}`),
)

switch (how) {
  case 'unref': {
    a.unref()
    b.unref()
    break
  }
  case 'one unref': {
    a.unref()
    break
  }
  case 'unref, then ref': {
    a.unref()
    b.unref()
    setImmediate(() => b.ref())
    break
  }
  case 'aborted': {
    controller.abort()
    break
  }
  case 'closed': {
    b.close()
    break
  }
}
if (how !== 'aborted' && how !== 'closed') {
  spawn('sh', ['-c', 'sleep 0.3; printf abc >&3'], {
    stdio: ['ignore', 'ignore', 'ignore', client.fd],
  }).unref()
  client.close()
}
