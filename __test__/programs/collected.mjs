// Drops ends with nothing waiting on them, here and in a worker, and has them collected.

import { once } from 'node:events'
import { Worker, isMainThread, parentPort } from 'node:worker_threads'
import { socketpair } from 'socketpair'
import { openDescriptors, same, warmUp } from './support.mjs'

const types = /** @type {const} */ (['stream', 'dgram', 'seqpacket'])

/** @param {number} count */
async function drop(count) {
  for (let i = 0; i < count; i++) {
    const [here, there] = socketpair(types[i % 3] ?? 'stream')
    // Some of them have waited before, so that the I/O driver knows them.
    if (i % 2 && 'recv' in here) {
      const received = here.recv()
      await /** @type {typeof here} */ (there).send('x')
      await received
    }
  }
}

/** @param {number} expected */
async function collectDownTo(expected) {
  if (globalThis.gc === undefined) throw new Error('these tests need --expose-gc')
  for (let round = 0; openDescriptors() > expected; round++) {
    if (round === 100) throw new Error(`${openDescriptors()} open, ${expected} before`)
    globalThis.gc()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function work() {
  await warmUp()
  const before = openDescriptors()
  await drop(300)
  await collectDownTo(before)
  same(openDescriptors(), before, 'descriptors')
}

await work()
if (isMainThread) {
  for (let i = 0; i < 3; i++) {
    const worker = new Worker(new URL(import.meta.url))
    // Both may come in one go.
    const [[message]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')])
    same(message, 'collected')
  }
  console.log('collected')
} else {
  parentPort?.postMessage('collected')
}
