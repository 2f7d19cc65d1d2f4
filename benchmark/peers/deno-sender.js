// Deno.connect: writes blocks of argv[2] bytes until it is ended. Runs in Deno.

import { existsSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { pattern } from '../programs/pattern.js'

const { Deno } = /** @type {any} */ (globalThis)
const block = pattern(Number(process.argv[2]))
const path = process.env.BENCHMARK_PATH
while (!existsSync(/** @type {string} */ (path))) await sleep(5)
const connection = await Deno.connect({ transport: 'unix', path })
let sent = 0
try {
  for (;;) sent = (sent + (await connection.write(block.subarray(sent)))) % block.length
} catch {
  process.exit(0) // the other side is gone
}
