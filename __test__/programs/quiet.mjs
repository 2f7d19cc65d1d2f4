// A receive waits although the system calls its end readable: another process shut this datagram end
// down, which shares its description. Before that the waits were so short that the package waits a moment
// on its own thread. It must not turn the event loop in circles meanwhile.

import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { socketpair } from 'socketpair'
import { same } from './support.mjs'

/** How often the event loop has turned. */
const loops = () => performance.nodeTiming.uvMetricsInfo.loopCount

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
const turned = loops()
await new Promise((resolve) => setTimeout(resolve, 300))
const circles = loops() - turned
here.close()
await receive.catch(() => {})
there.close()
console.log(circles < 100 ? 'waited quietly' : `the loop turned ${circles} times`)
