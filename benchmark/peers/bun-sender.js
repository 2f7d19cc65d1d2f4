// Bun.connect: writes blocks of argv[2] bytes until it is ended. Runs in Bun.

import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { pattern } from '../programs/pattern.js'

const { Bun } = /** @type {any} */ (globalThis)
const block = pattern(Number(process.argv[2]))
const path = /** @type {string} */ (process.env.BENCHMARK_PATH)
while (!existsSync(path)) await sleep(5)

let sent = 0

/** @param {{ write(data: Uint8Array): number }} socket */
function fill(socket) {
  for (;;) {
    const rest = sent === 0 ? block : block.subarray(sent)
    const taken = socket.write(rest)
    if (taken < 0) process.exit(0)
    sent = (sent + taken) % block.length
    if (taken < rest.length) return
  }
}

await Bun.connect({
  unix: path,
  socket: { open: fill, drain: fill, data() {}, close: () => process.exit(0), error() {} },
})
