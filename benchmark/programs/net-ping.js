// net.Socket: round trips of argv[2] bytes, back to back or ("paced") one a millisecond.

import { Socket } from 'node:net'
import { Checker, isChecking, pattern } from './pattern.js'
import { startPinging } from './pinger.js'

const socket = new Socket({ fd: 3 })
const size = Number(process.argv[2])
const message = pattern(size)
const checker = new Checker(size)
const answered = startPinging(() => socket.write(message), process.argv[3])

let received = 0
socket.on('data', (chunk) => {
  if (isChecking) checker.take(chunk)
  received += chunk.length
  if (received < size) return
  received = 0
  answered()
})
