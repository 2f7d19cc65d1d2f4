// Bun.listen: reads blocks of argv[2] bytes for as long as the window lasts. Runs in Bun.

import { Checker, isChecking } from '../programs/pattern.js'
import { ThroughputWindow } from '../programs/throughput.js'

const { Bun } = /** @type {any} */ (globalThis)
const size = Number(process.argv[2])
const throughput = new ThroughputWindow(65_536)
const checker = new Checker(size)
Bun.listen({
  unix: process.env.BENCHMARK_PATH,
  socket: {
    /** @type {(socket: unknown, chunk: Uint8Array) => void} */
    data(_, chunk) {
      if (isChecking) checker.take(chunk)
      if (throughput.add(chunk.length)) process.exit(0)
    },
  },
})
