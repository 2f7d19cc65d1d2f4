// child_process IPC: receives messages of argv[2] bytes, with the serialization argv[3], for as long as
// the window lasts.

import { forkProgram, ipcMessage } from './ipc.js'
import { isChecking } from './pattern.js'
import { ThroughputWindow } from './throughput.js'

const size = Number(process.argv[2])
const throughput = new ThroughputWindow(size)
const { check } = ipcMessage(size, process.argv[3])

const sender = forkProgram('ipc-sender', process.argv.slice(2))
sender.on('message', (message) => {
  if (isChecking) check(message)
  if (!throughput.add(size)) return
  sender.kill('SIGKILL')
  process.exit(0)
})
