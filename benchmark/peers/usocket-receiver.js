// usocket: reads blocks of argv[2] bytes for as long as the window lasts.

import { Checker, isChecking } from '../programs/pattern.js'
import { ThroughputWindow } from '../programs/throughput.js'
import { load } from './load.js'

const { default: usocket } = await load('usocket')
const size = Number(process.argv[2])
const throughput = new ThroughputWindow(65_536)
const checker = new Checker(size)
const socket = new usocket.USocket({ fd: 3 })
socket.on('data', (/** @type {Buffer} */ chunk) => {
  if (isChecking) checker.take(chunk)
  if (throughput.add(chunk.length)) process.exit(0)
})
