// MessagePort: receives messages of argv[2] bytes from a worker that clones or transfers them (argv[3]),
// for as long as the window lasts.

import { Checker, isChecking } from './pattern.js'
import { startWorker } from './port.js'
import { ThroughputWindow } from './throughput.js'

const size = Number(process.argv[2])
const throughput = new ThroughputWindow(size)
const checker = new Checker(size)
const { port } = startWorker('port-sender', process.argv.slice(2))

let received = 0
port.on('message', (message) => {
  if (isChecking) checker.takeMessage(message)
  if (throughput.add(message.length)) process.exit(0)
  // A port has no backpressure of its own: the sender waits for every thousandth message to arrive.
  if (++received % 1000 === 0) port.postMessage(null)
})
