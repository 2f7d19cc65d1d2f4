// Exits while workers are busy on ends of their own, and this thread on the other ends.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { socketpair } from 'socketpair'

const file = new URL('workers/echo.mjs', import.meta.url)
let traffic = 0
const loops = []
for (let i = 0; i < 4; i++) {
  const [here, there] = socketpair()
  const worker = new Worker(file, { workerData: { fd: there.detach() } })
  await once(worker, 'online')
  const write = async () => {
    const bytes = Buffer.alloc(5000)
    for (;;) await here.write(bytes)
  }
  const read = async () => {
    const bytes = Buffer.alloc(5000)
    for (;;) {
      traffic += await here.read(bytes)
      if (traffic > 1_000_000 && process.argv[2] === 'in a continuation') process.exit(7)
    }
  }
  loops.push(write(), read())
}
if (process.argv[2] === 'in a timer') {
  setInterval(() => {
    if (traffic > 1_000_000) process.exit(7)
  }, 1)
}
await Promise.all(loops)
