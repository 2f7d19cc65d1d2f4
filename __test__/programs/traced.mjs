// A wait, a failure and two ends, in an order that nothing changes.

import { closeSync } from 'node:fs'
import { socketpair } from 'socketpair'

const [here, there] = socketpair()
const read = here.read(Buffer.alloc(4))
await there.write('four')
await read
there.close()
await here.write('x').catch(() => {})
closeSync(here.detach())
