// zeromq: round trips of argv[2] bytes, back to back.

import { LatencyWindow } from '../programs/latency.js'
import { Checker, isChecking, pattern } from '../programs/pattern.js'
import { load } from './load.js'

const { Request } = await load('zeromq')
const size = Number(process.argv[2])
const message = pattern(size)
const checker = new Checker(size)
const socket = new Request()
socket.connect(`ipc://${process.env.BENCHMARK_PATH}`)

async function roundTrip() {
  await socket.send(message)
  const [answer] = await socket.receive()
  if (isChecking) checker.takeMessage(answer)
}

// The first waits for the other process to start and is not counted.
await roundTrip()
const latency = new LatencyWindow()
let over = false
while (!over) {
  const began = performance.now()
  await roundTrip()
  over = latency.add(began)
}
process.exit(0)
