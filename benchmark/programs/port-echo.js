// MessagePort, the worker: sends back what comes.

import { workerData } from 'node:worker_threads'

const port = /** @type {import('node:worker_threads').MessagePort} */ (workerData)
port.on('message', (message) => port.postMessage(message))
