// Waits for a byte that another process sends only after this one had every chance to end. Nothing else
// keeps this process running, so what it prints tells whether the wait did.

import { spawn } from 'node:child_process'
import { socketpair } from 'socketpair'

const how = process.argv[2]
const [here, there] = socketpair('stream', { closeOnExec: true })

/** Gives `there` to a process that writes a byte into it a little later. */
function writeLater() {
  spawn('sh', ['-c', 'sleep 0.3; printf x >&3'], {
    stdio: ['ignore', 'ignore', 'ignore', there.fd],
  }).unref()
}

let printed = 'ended without it'
process.on('exit', () => console.log(printed))
/** @param {Promise<unknown>} operation */
async function tell(operation) {
  try {
    printed = `settled: ${String(await operation)}`
  } catch (error) {
    printed = `rejected: ${/** @type {{ code: string }} */ (error).code}`
  }
}

const hour = 3_600_000
switch (how) {
  case 'idle': {
    // One that has waited before, so that everything is set up.
    const read = here.read(Buffer.alloc(1))
    await there.write('x')
    await read
    break
  }
  case 'waiting': {
    writeLater()
    tell(here.read(Buffer.alloc(1)))
    break
  }
  case 'waiting, with a timeout': {
    writeLater()
    tell(here.read(Buffer.alloc(1), { timeout: hour }))
    break
  }
  case 'timing out': {
    tell(here.read(Buffer.alloc(1), { timeout: 100 }))
    break
  }
  case 'unref': {
    tell(here.read(Buffer.alloc(1)))
    here.unref()
    break
  }
  case 'unref before': {
    here.unref()
    tell(here.read(Buffer.alloc(1)))
    tell(here.write(Buffer.alloc(8 << 20)))
    break
  }
  case 'unref, with a timeout': {
    here.unref()
    tell(here.read(Buffer.alloc(1), { timeout: hour }))
    break
  }
  case 'unref, about to time out': {
    here.unref()
    tell(here.read(Buffer.alloc(1), { timeout: 300 }))
    break
  }
  case 'unref, then ref': {
    writeLater()
    here.unref()
    tell(here.read(Buffer.alloc(1)))
    here.ref()
    break
  }
  case 'ref in a later turn': {
    writeLater()
    here.unref()
    tell(here.read(Buffer.alloc(1)))
    setImmediate(() => setImmediate(() => here.ref()))
    break
  }
  case 'another end is unreferenced': {
    writeLater()
    const [other] = socketpair()
    tell(other.unref().read(Buffer.alloc(1)))
    tell(here.read(Buffer.alloc(1)))
    break
  }
  case 'settled, with a timeout': {
    await there.write('x')
    await here.read(Buffer.alloc(1), { timeout: hour })
    break
  }
  case 'waited and settled, with a timeout': {
    const read = here.read(Buffer.alloc(1), { timeout: hour })
    await there.write('x')
    await read
    break
  }
  case 'closed': {
    const read = here.read(Buffer.alloc(1), { timeout: hour })
    const write = here.write(Buffer.alloc(8 << 20), { timeout: hour })
    here.close()
    await Promise.allSettled([read, write])
    break
  }
  case 'detached': {
    const read = here.read(Buffer.alloc(1))
    here.detach()
    await Promise.allSettled([read])
    break
  }
  case 'aborted': {
    const controller = new AbortController()
    const read = here.read(Buffer.alloc(1), { signal: controller.signal })
    controller.abort()
    await Promise.allSettled([read])
    break
  }
  default: {
    throw new Error(`unknown: ${how}`)
  }
}
