// Log lines of several workers in one file. Each line is one message of a seqpacket pair that all of them
// share: whole however many write at once, in order for each, and with the process that sent it as the
// system saw it. A worker that is ahead of the disk waits, and none can take the others' place.
//
//   node examples/log-shipping/main.js        (after `npm run build`; Linux)

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { socketpair } from 'socketpair'

const WORKERS = 4
const LINES = 2000

const folder = await mkdtemp(join(tmpdir(), 'socketpair-log-'))
const path = join(folder, 'log')
const [collecting, shipping] = socketpair('seqpacket', { passCredentials: true })
const worker = fileURLToPath(new URL('worker.js', import.meta.url))
const stdio = /** @type {const} */ (['ignore', 'inherit', 'inherit', shipping.fd])
const children = Array.from({ length: WORKERS }, () =>
  spawn(process.execPath, [worker, String(LINES)], {
    stdio: [...stdio],
    env: { ...process.env, SOCKETPAIR_FD: '3' },
  }),
)
// The workers have it: when the last one has ended, the loop below ends.
shipping.close()
const ends = children.map((child) => once(child, 'exit'))

const file = await open(path, 'w')
for await (const { data, credentials } of collecting) {
  // Who it was is not for the worker to say.
  await file.write(`${credentials?.pid} ${data}\n`)
}
await file.close()
collecting.close()

const lines = (await readFile(path, 'utf8')).trim().split('\n')
console.log(`${lines.length} lines`) // 8000 lines
const inOrder = children.every(({ pid }) => {
  const own = lines.filter((line) => line.startsWith(`${pid} `))
  return own.length === LINES && own.every((line, index) => line.startsWith(`${pid} ${index} `))
})
console.log(`whole and in order for each worker: ${inOrder}`) // whole and in order for each worker: true
const statuses = (await Promise.all(ends)).map(([status]) => status)
console.log(`the workers ended with ${statuses}`) // the workers ended with 0,0,0,0
await rm(folder, { recursive: true })
