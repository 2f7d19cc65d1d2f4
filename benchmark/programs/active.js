// What one round trip of 64 bytes costs, in µs, with argv[2] pairs to another process that are all in
// use: a message under way on each "at once", or one message that takes them "in turn" (argv[3]). Beside
// it the first pair alone.

import { Socket, socketpair } from 'socketpair'
import { possiblePairs } from './pairs.js'
import { Checker, isChecking, pattern } from './pattern.js'
import { measured, report } from './window.js'

const control = /** @type {import('socketpair').SeqpacketSocket} */ (Socket.fromFd(3))
const message = pattern(64)
const answer = Buffer.alloc(64)
const checker = new Checker(64)
// Both ends of those that are on their way are open here.
const count = possiblePairs(Number(process.argv[2]) + 200, 1) - 200

/** @typedef {import('socketpair').StreamSocket} StreamSocket */

/** @type {StreamSocket[]} */
const ends = []
while (ends.length < count) {
  const missing = Math.min(200, count - ends.length)
  const pairs = Array.from({ length: missing }, () => socketpair())
  const theirs = pairs.map(([, end]) => end)
  await control.send(Buffer.from([1]), { fds: theirs })
  for (const end of theirs) end.close()
  ends.push(...pairs.map(([end]) => end))
  // Descriptors under way are limited too.
  await control.recv()
}

/** @param {StreamSocket} end */
async function roundTrip(end, into = answer) {
  await end.write(message)
  await end.readExactly(into)
  if (isChecking) checker.takeMessage(into)
}

/** @param {readonly StreamSocket[]} used */
async function inTurn(used) {
  for (const end of used) await roundTrip(end)
  const times = []
  const start = performance.now()
  do {
    for (const end of used) {
      const began = performance.now()
      await roundTrip(end)
      times.push(performance.now() - began)
    }
  } while (performance.now() - start < measured / 2)
  times.sort((a, b) => a - b)
  return (times[times.length >> 1] ?? Number.NaN) * 1e3
}

/** @param {readonly StreamSocket[]} used */
async function atOnce(used) {
  const buffers = used.map(() => Buffer.alloc(64))
  const start = performance.now()
  let messages = 0
  do {
    await Promise.all(used.map((end, i) => roundTrip(end, buffers[i])))
    messages += used.length
  } while (performance.now() - start < measured / 2)
  return ((performance.now() - start) / messages) * 1e3
}

const alone = ends.slice(0, 1)
const before = await inTurn(alone)
const many = process.argv[3] === 'in turn' ? await inTurn(ends) : await atOnce(ends)
const after = await inTurn(alone)
report({ alone: (before + after) / 2, many, pairs: ends.length })
process.exit(0)
