// Receives descriptors, drops them in every way, and has them collected: here or in workers.

import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { Worker, isMainThread, parentPort } from 'node:worker_threads'
import { MessageBatch, socketpair } from 'socketpair'
import { openDescriptors, same, warmUp } from './support.mjs'

const where = process.argv[2]

/** Receives in every way; looks at some of what comes. */
async function receive() {
  const file = openSync('/dev/null', 'r')
  const fds = [file, file, file]
  const [here, there] = socketpair()
  const [one, other] = socketpair('seqpacket')
  const batch = new MessageBatch()
  const buffer = Buffer.alloc(8)
  for (let round = 0; round < 20; round++) {
    await here.write('x', { fds })
    const info = await there.readMessage(buffer)
    if (round % 2) same(info?.fds.length, 3)
    for (let i = 0; i < 3; i++) await one.send('x', { fds })
    const message = await other.recv()
    if (round % 2) same(message?.fds.length, 3)
    const into = await other.recvInto(buffer)
    if (round % 2) same(into?.fds.length, 3)
    same(await other.recvMany(batch), 1)
    if (round % 2) same(batch.info(0).fds.length, 3)
  }
  closeSync(file)
  for (const end of [here, there, one, other]) end.close()
}

async function work() {
  /** @type {Error[]} */
  const seen = []
  process.on('warning', (warning) => {
    if (/** @type {{ code?: string }} */ (warning).code === 'SOCKETPAIR_FD_UNCLAIMED') {
      seen.push(warning)
    } else throw warning
  })
  await warmUp()
  const before = openDescriptors()
  await receive()
  for (let round = 0; openDescriptors() > before || seen.length === 0; round++) {
    if (round === 200) {
      throw new Error(`${openDescriptors()} open, ${before} before, ${seen.length} warnings`)
    }
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  same(openDescriptors(), before, 'descriptors')
}

if (isMainThread && where === 'workers') {
  for (let i = 0; i < 3; i++) {
    const worker = new Worker(new URL(import.meta.url), { argv: ['here'], stderr: true })
    const [[message]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')])
    same(message, 'collected')
  }
} else {
  await work()
  parentPort?.postMessage('collected')
}
if (isMainThread) console.log('collected, and warned of')
