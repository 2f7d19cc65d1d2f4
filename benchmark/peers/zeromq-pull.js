// zeromq: pulls messages of argv[2] bytes for as long as the window lasts.

import { Checker, isChecking } from '../programs/pattern.js'
import { ThroughputWindow } from '../programs/throughput.js'
import { load } from './load.js'

const { Pull } = await load('zeromq')
const size = Number(process.argv[2])
const throughput = new ThroughputWindow(size)
const checker = new Checker(size)
const socket = new Pull()
await socket.bind(`ipc://${process.env.BENCHMARK_PATH}`)
for await (const [message] of socket) {
  if (isChecking) checker.takeMessage(message)
  if (throughput.add(message.length)) break
}
process.exit(0)
