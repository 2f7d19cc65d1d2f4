// Receives descriptors and ends in the way it is told, holding them in every state.

import { closeSync, openSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { hold } from '../holding.mjs'

const { how } = workerData
const nothing = openSync('/dev/null', 'r')
const held = await hold(nothing)
closeSync(nothing)
parentPort?.postMessage(held.length)

switch (how) {
  case 'natural end': {
    for (const { ends } of held) for (const end of ends) end.unref()
    break
  }
  case 'process.exit()': {
    process.exit(0)
    break
  }
  case 'uncaught error': {
    setImmediate(() => {
      throw new Error('planned')
    })
    break
  }
  default: {
    setInterval(() => {}, 1000) // Until it is terminated.
  }
}
