// worker_threads MessagePort: the thread that measures starts the other one.

import { MessageChannel, Worker } from 'node:worker_threads'

/**
 * @param {string} name of the worker's program
 * @param {readonly string[]} args
 */
export function startWorker(name, args) {
  const { port1, port2 } = new MessageChannel()
  const url = new URL(`${name}.js`, import.meta.url)
  const worker = new Worker(url, { workerData: port2, transferList: [port2], argv: [...args] })
  return { worker, port: port1 }
}
