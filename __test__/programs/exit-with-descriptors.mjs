// Ends in the way that it is told, holding descriptors in every state.

import { openSync } from 'node:fs'
import { hold } from './holding.mjs'

const how = process.argv[2]
const held = await hold(openSync('/dev/null', 'r'))
if (held.some(({ looked }) => looked.fds.some(({ closed }) => closed))) throw new Error('closed')

switch (how) {
  case 'exit': {
    process.exit(7)
    break
  }
  case 'natural end': {
    for (const { ends } of held) for (const end of ends) end.unref()
    process.exitCode = 7
    break
  }
  case 'killed': {
    process.kill(process.pid, 'SIGTERM')
    setInterval(() => {}, 1000)
    break
  }
  default: {
    throw new Error(`unknown: ${how}`)
  }
}
