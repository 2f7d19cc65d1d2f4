// The processor time that argv[2] pairs with a waiting read cost in argv[3] milliseconds.

import { setTimeout as sleep } from 'node:timers/promises'
import { socketpair } from 'socketpair'
import { report } from './window.js'

const pairs = Array.from({ length: Number(process.argv[2]) }, () => socketpair())
const reads = pairs.map(([end]) => end.read(Buffer.alloc(64)).catch(ignoreCancelled))

// What starting and registering them cost is over by then.
await sleep(300)
const before = process.cpuUsage()
await sleep(Number(process.argv[3]))
const { user, system } = process.cpuUsage(before)
report({ milliseconds: (user + system) / 1e3 })

for (const ends of pairs) for (const end of ends) end.close()
await Promise.all(reads)

/** @param {NodeJS.ErrnoException} error */
function ignoreCancelled(error) {
  if (error.code !== 'ECANCELED') throw error
}
