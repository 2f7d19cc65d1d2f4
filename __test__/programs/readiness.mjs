// Waits in every way, in this thread and in a worker, and prints what told each of them that it was over:
// at the import, and after it.

import { readdirSync, readFileSync } from 'node:fs'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { socketpair, supported } from 'socketpair'
import { same, turns } from './support.mjs'

/** The threads of this process that drive readiness. */
function drivers() {
  return readdirSync('/proc/self/task').filter((task) =>
    readFileSync(`/proc/self/task/${task}/comm`, 'latin1').startsWith('socketpair-io'),
  ).length
}

const imported = supported.readiness
const pairs = [socketpair(), socketpair('seqpacket'), socketpair('dgram')]
for (let round = 0; round < 5; round++) {
  const reads = pairs.map(([here]) => {
    const into = Buffer.alloc(8)
    return 'read' in here ? here.read(into) : here.recvInto(into)
  })
  await turns(2)
  for (const [, there] of pairs)
    await ('write' in there ? there.write('eight by') : there.send('eight by'))
  for (const read of reads) {
    const result = await read
    same(typeof result === 'number' ? result : result?.bytesRead, 8, 'what came')
  }
}
const [here, there] = socketpair()
const large = Buffer.alloc(2_000_000, 'abc')
const [read, wrote] = [there.read(Buffer.alloc(4)), there.write(large)]
const into = Buffer.alloc(large.length)
await here.readExactly(into)
same(into.equals(large), true, 'bytes')
same(await wrote, large.length, 'bytes written')
await here.write('last')
same(await read, 4, 'the bytes of a read beside a write')

const line = `${imported}, ${supported.readiness}, ${drivers()} driver`
if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url))
  const theirs = await new Promise((resolve, reject) =>
    worker.once('message', resolve).once('error', reject),
  )
  console.log(`${line}; ${theirs}`)
} else {
  parentPort?.postMessage(line)
}
