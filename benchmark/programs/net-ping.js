// net.Socket: round trips of argv[2] bytes, back to back or ("paced") one a millisecond.

import { Socket } from 'node:net'
import { LatencyWindow } from './latency.js'

const socket = new Socket({ fd: 3 })
const size = Number(process.argv[2])
const isPaced = process.argv[3] === 'paced'
const message = Buffer.alloc(size, 1)

/** @type {LatencyWindow | undefined} */
let latency
let began = 0
let received = 0

function ping() {
  began = performance.now()
  received = 0
  socket.write(message)
}

socket.on('data', (chunk) => {
  received += chunk.length
  if (received < size) return
  // The first waited for the other process to start and is not counted.
  if (latency === undefined) latency = new LatencyWindow()
  else if (latency.add(began)) process.exit(0)
  if (isPaced) setTimeout(ping, 1)
  else ping()
})
ping()
