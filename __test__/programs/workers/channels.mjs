// Takes over ends by their numbers, and keeps a channel on each busy and waiting in both directions.

import { parentPort, workerData } from 'node:worker_threads'
import { Channel, Socket } from 'socketpair'
import { leaveWaiting } from '../support.mjs'

for (const fd of workerData.fds) leaveWaiting(new Channel(Socket.fromFd(fd)))
parentPort?.postMessage('waiting')
if (workerData.how === 'process.exit()') setImmediate(() => process.exit(0))
