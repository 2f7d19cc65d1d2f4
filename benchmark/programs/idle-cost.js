// How much slower a busy pair's round trips are while argv[2] idle pairs are open, each with a waiting
// read: with and without them by turns, against one and the same echo.

import { Socket } from 'socketpair'
import { closePairs, openPairs, possiblePairs, waitOnAll } from './pairs.js'
import { Checker, isChecking, pattern } from './pattern.js'
import { measured, report, warmUp } from './window.js'

const socket = /** @type {import('socketpair').StreamSocket} */ (Socket.fromFd(3))
const message = pattern(64)
const answer = Buffer.alloc(64)
const checker = new Checker(64)
const count = possiblePairs(Number(process.argv[2]))

/** The median, in µs. */
async function roundTrips() {
  const times = []
  const start = performance.now()
  while (performance.now() - start < warmUp + measured) {
    const began = performance.now()
    await socket.write(message)
    await socket.readExactly(answer)
    if (isChecking) checker.takeMessage(answer)
    if (began - start > warmUp) times.push(performance.now() - began)
  }
  times.sort((a, b) => a - b)
  return (times[times.length >> 1] ?? Number.NaN) * 1e3
}

async function roundTripsAmidIdlePairs() {
  const pairs = openPairs(count)
  const { over } = await waitOnAll(pairs)
  const time = await roundTrips()
  await closePairs(pairs)
  await over
  return time
}

await roundTrips()
const ratios = []
let last = await roundTrips()
for (let i = 0; i < 3; i++) {
  const amid = await roundTripsAmidIdlePairs()
  const next = await roundTrips()
  ratios.push(amid / ((last + next) / 2))
  last = next
}
ratios.sort((a, b) => a - b)
report({ ratio: ratios[1] ?? Number.NaN, pairs: count })
socket.close()
