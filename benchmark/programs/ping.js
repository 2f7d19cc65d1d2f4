// Round trips of argv[2] bytes, back to back or ("paced") one a millisecond.

import { setTimeout as sleep } from 'node:timers/promises'
import { Socket } from 'socketpair'
import { LatencyWindow } from './latency.js'
import { Checker, isChecking, pattern } from './pattern.js'

const socket = /** @type {import('socketpair').StreamSocket} */ (Socket.fromFd(3))
const size = Number(process.argv[2])
const isPaced = process.argv[3] === 'paced'
const message = pattern(size)
const answer = Buffer.alloc(size)
const checker = new Checker(size)

// The first waits for the other process to start and is not counted.
await roundTrip()
const latency = new LatencyWindow()
let over = false
while (!over) {
  if (isPaced) await sleep(1)
  const began = performance.now()
  await roundTrip()
  over = latency.add(began)
}
socket.close()

async function roundTrip() {
  await socket.write(message)
  let received = 0
  while (received < size) {
    const bytesRead = await socket.read(answer)
    if (bytesRead === 0) throw new Error('the stream ended before the window did')
    if (isChecking) checker.take(answer.subarray(0, bytesRead))
    received += bytesRead
  }
}
