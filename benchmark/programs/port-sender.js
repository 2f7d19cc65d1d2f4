// MessagePort, the worker: sends messages of argv[2] bytes, at most two thousand ahead of the receiver.

import { workerData } from 'node:worker_threads'
import { pattern } from './pattern.js'

const port = /** @type {import('node:worker_threads').MessagePort} */ (workerData)
const size = Number(process.argv[2])
const message = new Uint8Array(pattern(size))

function sendThousand() {
  for (let i = 0; i < 1000; i++) {
    if (process.argv[3] === 'clone') {
      port.postMessage(message)
    } else {
      // What was transferred is gone, so each needs memory of its own.
      const fresh = new Uint8Array(message)
      port.postMessage(fresh, [fresh.buffer])
    }
  }
}

port.on('message', sendThousand)
sendThousand()
sendThousand()
