// Open files there and back: a Python worker gets the descriptor of a file, never its name, and gives back
// a sealed memfd with the compressed content: memory that travels as a descriptor, that both can read
// without a copy on any disk, and that nobody can change any more.
//
//   node examples/python-memfd/main.js [FILE]        (after `npm run build`; Linux, needs Python 3.9;
//                                                     without FILE it takes Node's own binary)

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { execPath } from 'node:process'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'
import { spawn } from 'socketpair'

const worker = fileURLToPath(new URL('worker.py', import.meta.url))
const { child, socket } = spawn('python3', [worker], {
  stdio: ['ignore', 'inherit', 'inherit'],
  socket: { type: 'seqpacket' },
})

/**
 * Has an open file compressed.
 *
 * @param {import('socketpair').Passable} file
 */
async function compress(file) {
  await socket.send('compress', { fds: [file] })
  const answer = await socket.recv({ timeout: 60_000 })
  if (answer === null) throw new Error('the worker is gone')
  const { error, ...said } = JSON.parse(answer.data.toString())
  if (error !== undefined) throw new Error(error)
  const [memory] = answer.fds
  if (memory === undefined) throw new Error('no descriptor came')
  return { memory: await memory.toFileHandle(), said }
}

/** @param {AsyncIterable<Buffer>} source */
async function digestOf(source) {
  const digest = createHash('sha256')
  await pipeline(source, digest)
  return digest.digest('hex')
}

/** @param {Promise<unknown>} operation */
const codeOf = (operation) => operation.then(() => 'done').catch(({ code }) => code)

const file = await open(process.argv[2] ?? execPath)
const { memory, said } = await compress(file)

const { size } = await memory.stat()
console.error(`${(await file.stat()).size} bytes became ${size}`)
// One open file has one offset, and the worker has moved it: say where to read.
const whole = { start: 0, autoClose: false }
const digest = await digestOf(memory.createReadStream(whole))
console.log(`what it says: ${size === said.size && digest === said.sha256}`) // what it says: true
const unpacked = memory.createReadStream(whole).pipe(createGunzip())
const same = (await digestOf(unpacked)) === (await digestOf(file.createReadStream(whole)))
console.log(`the same after gunzip: ${same}`) // the same after gunzip: true

// Open for writing, and sealed all the same. Were it open for reading only, it would be EBADF and EINVAL.
console.log(await codeOf(memory.write('x', 0))) // EPERM
console.log(await codeOf(memory.truncate(0))) // EPERM
console.log(await codeOf(memory.truncate(size + 1))) // EPERM

// A descriptor of something else is refused: the worker looks at what came.
console.log(await compress(socket).catch(({ message }) => message)) // no regular file came

await memory.close()
await file.close()
socket.close()
const [status] = await once(child, 'exit')
console.log(`the worker ended with ${status}`) // the worker ended with 0
