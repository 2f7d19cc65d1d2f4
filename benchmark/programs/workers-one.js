// One of many workers: sends itself messages of 64 bytes, each to a read that waits for it.

import { parentPort, workerData } from 'node:worker_threads'
import { socketpair } from 'socketpair'
import { Checker, isChecking, pattern } from './pattern.js'

const [sender, receiver] = socketpair()
const message = pattern(64)
const buffer = Buffer.alloc(64)
const checker = new Checker(64)
const { counts, index } = /** @type {{ counts: BigInt64Array, index: number }} */ (workerData)

parentPort?.postMessage('ready')
for (;;) {
  const read = receiver.readExactly(buffer)
  await sender.write(message)
  await read
  if (isChecking) checker.takeMessage(buffer)
  Atomics.add(counts, index, 1n)
}
