// toDuplex(): reads blocks of argv[2] bytes by 'data' events, for as long as the window lasts.

import { Socket } from 'socketpair'
import { Checker, isChecking } from './pattern.js'
import { ThroughputWindow } from './throughput.js'

const socket = /** @type {import('socketpair').StreamSocket} */ (Socket.fromFd(3))
const size = Number(process.argv[2])
const throughput = new ThroughputWindow(size)
const checker = new Checker(size)

const duplex = socket.toDuplex().on('data', (chunk) => {
  if (isChecking) checker.take(chunk)
  if (throughput.add(chunk.length)) duplex.destroy()
})
