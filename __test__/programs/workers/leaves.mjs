// Opens ends, works with them, and ends in the way it is told: with some idle and some waiting.

import { parentPort, workerData } from 'node:worker_threads'
import { socketpair, transfer } from 'socketpair'

const { how, parks } = workerData
const [here, there] = socketpair()
const echoed = here.read(Buffer.alloc(5))
await there.write('hello')
if ((await echoed) !== 5) throw new Error('no hello')
const idle = [...socketpair('seqpacket'), ...socketpair('dgram'), ...socketpair()]
const waiting = idle.map((end) => ('recv' in end ? end.recv() : end.read(Buffer.alloc(1))))
if (parks) {
  for (const timeout of [3_600_000, Number.POSITIVE_INFINITY, 1, 5]) {
    for (const end of socketpair()) transfer(end, { timeout })
  }
}
parentPort?.postMessage('ready')

switch (how) {
  case 'natural end': {
    for (const end of idle) end.unref()
    break
  }
  case 'process.exit()': {
    process.exit(0)
    break
  }
  case 'process.exit() in a continuation': {
    here.read(Buffer.alloc(1)).then(() => process.exit(0))
    await there.write('x')
    break
  }
  case 'uncaught error': {
    setImmediate(() => {
      throw new Error('planned')
    })
    break
  }
  default: {
    await Promise.all(waiting) // Until it is terminated.
  }
}
