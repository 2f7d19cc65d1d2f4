// The operation argv[2] of operations.js, argv[3] times, with nothing beside it; tells the nanoseconds of
// one. benchmark/inside.js counts the instructions around it.

import { operations } from './operations.js'
import { report } from './window.js'

const [, , name = '', times = ''] = process.argv
const count = Number(times)
const operate = await operations[name]?.()
if (!operate) throw new Error(`no operation is called ${name}`)

await operate(Math.ceil(count / 2)) // compiles it, where there is a compiler
const start = performance.now()
await operate(count)
report({ nanoseconds: ((performance.now() - start) * 1e6) / count })
process.exit(0)
