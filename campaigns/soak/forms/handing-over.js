// Descriptors that are passed and used, and ends that go to another thread and back.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { receive, socketpair, transfer } from 'socketpair'

/** @typedef {import('../../shared/random.js').Random} Random */

const MESSAGES = 64
const TRANSFERS = 64

/** @param {Random} random */
export async function descriptors(random) {
  const [here, there] = socketpair(random.pick(/** @type {const} */ (['dgram', 'seqpacket'])))
  let passed = 0
  for (let index = 0; index < MESSAGES; index++) {
    const [kept, given] = socketpair()
    await here.send(`${index}`, { fds: Array.from({ length: 1 + random.below(4) }, () => given) })
    given.close()
    const message = await there.recv()
    if (message === null) throw new Error('the end came')
    const [first, ...others] = message.fds
    for (const other of others) other.close()
    passed += message.fds.length
    const back = /** @type {import('socketpair').StreamSocket | undefined} */ (first?.toSocket())
    await back?.write(`${index}`)
    back?.close()
    const chunk = await kept.readChunk()
    if (chunk?.toString() !== `${index}`) throw new Error(`descriptor ${index} is another`)
    kept.close()
  }
  here.close()
  there.close()
  return passed
}

/** @type {Worker | undefined} */
let worker

export async function threads() {
  worker ??= new Worker(new URL('../programs/echo-thread.mjs', import.meta.url))
  worker.unref()
  for (let index = 0; index < TRANSFERS; index++) {
    const [here, there] = socketpair()
    await here.write(`before ${index};`)
    worker.postMessage(transfer(there))
    const [token] = await once(worker, 'message')
    const back = /** @type {import('socketpair').StreamSocket} */ (receive(token))
    here.shutdown('write')
    let text = ''
    for await (const chunk of here) text += chunk.toString()
    if (text !== `before ${index};`) throw new Error(`the thread gave back ${text}`)
    if ((await back.readChunk()) !== null) throw new Error('more came than was sent')
    back.close()
    here.close()
  }
  return TRANSFERS
}
