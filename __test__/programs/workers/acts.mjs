// Does with an end what it is asked to, and answers with the outcome.

import { BroadcastChannel, parentPort, workerData } from 'node:worker_threads'
import { Socket, receive, socketpair, transfer } from 'socketpair'
import { takeUntil } from '../take-until.mjs'

/** @type {any} */
let end = workerData?.token === undefined ? undefined : receive(workerData.token)
const port = workerData?.port
/** @type {any} */
const channel = workerData?.channel === undefined ? undefined : new BroadcastChannel('ends')

/** @param {(message: unknown) => void} settle */
function nextToken(settle) {
  port?.once('message', settle)
  channel?.addEventListener('message', (/** @type {MessageEvent} */ { data }) => settle(data))
}

/** @type {Promise<any>} */
const came = new Promise(nextToken)

/** @type {Record<string, (...args: any[]) => unknown>} */
const acts = {
  adopt: (fd) => void (end = Socket.fromFd(fd)),
  receive: (token) => void (end = receive(token)),
  receiveWhatComes: async () => void (end = receive(await came)),
  transfer: (options) => transfer(end, options),
  transferAway: (options) => (port ?? channel).postMessage(transfer(end, options)),
  race(token, everybody) {
    Atomics.add(workerData.gate, 0, 1)
    while (Atomics.load(workerData.gate, 0) < everybody);
    try {
      receive(token).close()
      return 'received'
    } catch (error) {
      return /** @type {{ code: string }} */ (error).code
    }
  },
  async take() {
    if ('recv' in end) return (await end.recv())?.data.toString() ?? null
    const landed = Buffer.alloc(5)
    const length = await end.read(landed)
    return length === 0 ? null : landed.toString('latin1', 0, length)
  },
  make(type) {
    const [kept, given] = socketpair(type)
    end = kept
    return transfer(given)
  },
  takeUntil: (last) => takeUntil(end, last),
  async putMany(name, count) {
    for (let index = 0; index < count; index++) await end.send(`${name} ${index}`)
  },
  put: (data) => ('send' in end ? end.send(data) : end.write(data)),
  get: (name) => end[name],
  set: (name, value) => void (end[name] = value),
  shutdown: (how) => end.shutdown(how),
  close: () => end.close(),
}

parentPort?.on('message', async ({ id, act, args }) => {
  try {
    parentPort?.postMessage({ id, value: await acts[act]?.(...args) })
  } catch (error) {
    // A copy of an error has no code.
    const { code, message } = /** @type {Error & { code?: string }} */ (error)
    parentPort?.postMessage({ id, failure: { code, message } })
  }
})
