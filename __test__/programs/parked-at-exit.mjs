// Ends in the way it is told, with ends on their way to nobody.

import { socketpair, transfer } from 'socketpair'

const how = process.argv[2]
const kept = []
for (const type of /** @type {const} */ (['stream', 'dgram', 'seqpacket'])) {
  for (const timeout of [3_600_000, Number.POSITIVE_INFINITY, 1, 2, 3, 4]) {
    const [here, there] = socketpair(/** @type {'stream'} */ (type))
    transfer(there, { timeout })
    kept.push(here)
  }
}
process.exitCode = 7
if (how === 'exit') process.exit()
if (how === 'exit while they are due') setTimeout(() => process.exit(), 2)
if (how === 'uncaught error') throw new Error('planned')
