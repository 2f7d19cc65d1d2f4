// A receive waits although the system calls its end readable: another process shut this datagram end
// down, which shares its description. Before that the waits were so short that the package waits a moment
// on its own thread. It must not turn the event loop in circles meanwhile.

import { spawnSync } from 'node:child_process'
import { socketpair } from 'socketpair'
import { same } from './support.mjs'

// Every turn that anybody asks for, the package included.
let asked = 0
const { setImmediate } = globalThis
globalThis.setImmediate = /** @type {typeof setImmediate} */ (
  Object.assign((/** @type {() => void} */ callback) => {
    asked++
    return setImmediate(callback)
  }, setImmediate)
)

const [here, there] = socketpair('dgram')
const buffer = Buffer.alloc(8)
for (let i = 0; i < 100; i++) {
  const receive = here.recvInto(buffer)
  there.trySend('ping')
  await receive
}

const shutDown = `import { Socket } from 'socketpair'; Socket.fromFd(3).shutdown('read')`
const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', shutDown], {
  stdio: ['ignore', 'ignore', 'inherit', here.fd],
  cwd: import.meta.dirname,
})
same(status, 0, 'exit status of the one who shuts down')

const receive = here.recvInto(buffer)
asked = 0
await new Promise((resolve) => setTimeout(resolve, 300))
const circles = asked
here.close()
await receive.catch(() => {})
there.close()
console.log(circles < 100 ? 'waited quietly' : `the loop turned ${circles} times`)
