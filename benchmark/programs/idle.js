// The processor time that argv[2] pairs with a waiting read cost in argv[3] milliseconds.

import { setTimeout as sleep } from 'node:timers/promises'
import { closePairs, openPairs, waitOnAll } from './pairs.js'
import { report } from './window.js'

const pairs = openPairs(Number(process.argv[2]))
const { over } = await waitOnAll(pairs)

// What starting and registering them cost is over by then.
await sleep(300)
const before = process.cpuUsage()
await sleep(Number(process.argv[3]))
const { user, system } = process.cpuUsage(before)
report({ milliseconds: (user + system) / 1e3 })

await closePairs(pairs)
await over
