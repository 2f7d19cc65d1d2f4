// zeromq: sends back what comes, until it is ended.

import { load } from './load.js'

const { Reply } = await load('zeromq')
const socket = new Reply()
await socket.bind(`ipc://${process.env.BENCHMARK_PATH}`)
for await (const [message] of socket) await socket.send(message)
