// zeromq: pushes messages of argv[2] bytes until it is ended.

import { pattern } from '../programs/pattern.js'
import { load } from './load.js'

const { Push } = await load('zeromq')
const message = pattern(Number(process.argv[2]))
const socket = new Push()
socket.connect(`ipc://${process.env.BENCHMARK_PATH}`)
for (;;) await socket.send(message)
