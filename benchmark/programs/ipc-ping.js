// child_process IPC: round trips of argv[2] bytes with the serialization argv[3], back to back.

import { forkProgram, ipcMessage } from './ipc.js'
import { isChecking } from './pattern.js'
import { startPinging } from './pinger.js'

const { message, check } = ipcMessage(Number(process.argv[2]), process.argv[3])
const child = forkProgram('ipc-echo', process.argv.slice(2))
const answered = startPinging(() => child.send(message), 'busy')
child.on('message', (answer) => {
  if (isChecking) check(answer)
  answered()
})
