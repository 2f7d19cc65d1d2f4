// unix-dgram: receives messages of argv[2] bytes for as long as the window lasts.

import { Checker, isChecking } from '../programs/pattern.js'
import { ThroughputWindow } from '../programs/throughput.js'
import { load } from './load.js'

const { default: unix } = await load('unix-dgram')
const size = Number(process.argv[2])
const throughput = new ThroughputWindow(size)
const checker = new Checker(size)
const socket = unix.createSocket('unix_dgram', (/** @type {Buffer} */ message) => {
  if (isChecking) checker.takeMessage(message)
  if (throughput.add(message.length)) process.exit(0)
})
socket.bind(process.env.BENCHMARK_PATH)
