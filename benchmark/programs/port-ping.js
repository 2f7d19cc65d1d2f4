// MessagePort: round trips of argv[2] bytes with a worker, cloned, back to back.

import { Checker, isChecking, pattern } from './pattern.js'
import { startPinging } from './pinger.js'
import { startWorker } from './port.js'

const size = Number(process.argv[2])
const message = new Uint8Array(pattern(size))
const checker = new Checker(size)
const { port } = startWorker('port-echo', [])
const answered = startPinging(() => port.postMessage(message), 'busy')
port.on('message', (answer) => {
  if (isChecking) checker.takeMessage(answer)
  answered()
})
