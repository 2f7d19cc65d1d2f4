// Terminates workers whose Duplexes and web streams are at work, again and again.

import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { Worker } from 'node:worker_threads'
import { socketpair } from 'socketpair'
import { descriptorsComeBackTo, openDescriptors, warmUp } from './support.mjs'

const file = new URL('workers/streams.mjs', import.meta.url)

await warmUp()
let before = 0
for (let round = 0; round < Number(process.argv[2]); round++) {
  const pairs = [socketpair(), socketpair()]
  const fds = pairs.map(([, there]) => there.detach())
  const worker = new Worker(file, { workerData: { fds, size: 30_000 } })
  await once(worker, 'message')
  const duplexes = pairs.map(([here]) => here.toDuplex().resume())
  const done = duplexes.map((duplex) => finished(duplex).catch(() => {}))
  for (const duplex of duplexes) duplex.write(Buffer.alloc(1 << 20))
  if (round % 2 > 0) await new Promise((resolve) => setTimeout(resolve, 2))
  await worker.terminate()
  // The worker's ends are closed: every stream here hears of it.
  for (const duplex of duplexes) duplex.end()
  await Promise.all(done)
  for (const duplex of duplexes) duplex.destroy()
  if (round === 0) before = openDescriptors()
}
await descriptorsComeBackTo(before)
console.log('every worker was terminated')
