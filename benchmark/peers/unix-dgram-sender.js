// unix-dgram: sends messages of argv[2] bytes until it is ended.

import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { pattern } from '../programs/pattern.js'
import { load } from './load.js'

const { default: unix } = await load('unix-dgram')
const message = pattern(Number(process.argv[2]))
const path = /** @type {string} */ (process.env.BENCHMARK_PATH)
while (!existsSync(path)) await sleep(5)

let isCongested = false
const socket = unix.createSocket('unix_dgram')
socket.on('error', () => process.exit(0))
// What met a full queue was not sent; it is told of before `send` returns.
socket.on('congestion', () => (isCongested = true))
socket.on('writable', fill)
socket.connect(path)

function fill() {
  isCongested = false
  for (let i = 0; i < 1000 && !isCongested; i++) socket.send(message)
  if (!isCongested) setImmediate(fill)
}

fill()
