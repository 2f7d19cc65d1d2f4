// Deno.listen: reads blocks of argv[2] bytes for as long as the window lasts. Runs in Deno.

import process from 'node:process'
import { Checker, isChecking } from '../programs/pattern.js'
import { ThroughputWindow } from '../programs/throughput.js'

const { Deno } = /** @type {any} */ (globalThis)
const size = Number(process.argv[2])
const buffer = new Uint8Array(size)
const throughput = new ThroughputWindow(size)
const checker = new Checker(size)
const listener = Deno.listen({ transport: 'unix', path: process.env.BENCHMARK_PATH })
const connection = await listener.accept()
let over = false
while (!over) {
  const bytesRead = await connection.read(buffer)
  if (bytesRead === null) throw new Error('the stream ended before the window did')
  if (isChecking) checker.take(buffer.subarray(0, bytesRead))
  over = throughput.add(bytesRead)
}
process.exit(0)
