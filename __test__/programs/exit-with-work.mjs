// Ends in the way that it is told, with operations pending in numbers.

import { socketpair } from 'socketpair'
import { turns, waitInNumbers } from './support.mjs'

const how = process.argv[2]
// The other end of some pairs reads, so that their first reads settle: they are told from the rest.
const ends = waitInNumbers(Number(process.argv[3] ?? 100))
if (ends.some((end) => end.closed)) throw new Error('an end was closed')
await turns(2)

const [here, there] = socketpair()
const waiting = here.read(Buffer.alloc(16))

switch (how) {
  case 'exit': {
    process.exit(7)
    break
  }
  case 'exit in a continuation': {
    waiting.then(() => process.exit(7))
    await there.write('x')
    break
  }
  case 'exit while messages arrive': {
    for (let i = 0; i < ends.length; i += 6) {
      ends[i + 2]?.close()
      ends[i + 4]?.close()
    }
    setImmediate(() => process.exit(7))
    break
  }
  case 'exit in an exit handler': {
    process.on('exit', () => {
      here.read(Buffer.alloc(1)).catch(() => {})
      for (const end of ends) end.close()
      process.exitCode = 7
    })
    process.exit()
    break
  }
  case 'uncaught error': {
    setImmediate(() => {
      throw new Error('planned')
    })
    break
  }
  case 'unhandled rejection': {
    Promise.reject(new Error('planned'))
    break
  }
  case 'error in a continuation': {
    waiting.then(() => {
      throw new Error('planned')
    })
    await there.write('x')
    break
  }
  case 'natural end': {
    for (const end of ends) end.close()
    here.close()
    await waiting.catch(() => {})
    process.exitCode = 7
    break
  }
  case 'natural end, unreferenced': {
    for (const end of [...ends, here]) end.unref()
    process.exitCode = 7
    break
  }
  case 'killed': {
    process.kill(process.pid, 'SIGTERM')
    await waiting
    break
  }
  default: {
    throw new Error(`unknown: ${how}`)
  }
}
