// Privilege separation: one process may open files and does little else, the other does the work and may
// open nothing. What it needs it asks for by name over a seqpacket pair and gets as an open descriptor, if
// the opener finds it on its list. Each side looks who sent a message, by what the system says of it.
//
//   node examples/privileged-opener/main.js        (after `npm run build`; Linux; started as root this
//                                                   process becomes the user `nobody`)

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fork } from 'socketpair'

const NOBODY = 65_534

const before = process.getuid?.()
const isRoot = before === 0
const { child, socket } = fork(
  new URL('opener.js', import.meta.url),
  [`${isRoot ? NOBODY : before}`],
  {
    socket: { type: 'seqpacket' },
  },
)
socket.passCredentials = true

/** @param {NodeJS.ErrnoException} error */
const codeOf = ({ code }) => code

/** One answer, from the opener and nobody else. */
async function receive() {
  const message = await socket.recv({ timeout: 10_000 })
  if (message === null) throw new Error('the opener is gone')
  const { data, fds, credentials } = message
  if (credentials?.pid !== child.pid || credentials?.uid !== before) {
    throw new Error(`process ${credentials?.pid} is not the opener`)
  }
  return { ...JSON.parse(data.toString()), descriptor: fds[0] }
}

/** @param {string} name */
async function ask(name) {
  await socket.send(name)
  const { error, descriptor } = await receive()
  if (descriptor === undefined) return error
  const file = await descriptor.toFileHandle()
  // Open for reading, since no more was granted.
  const written = await file.write('x').catch(codeOf)
  const content = await file.readFile('utf8')
  await file.close()
  return `${content}; to write: ${written}`
}

const { folder } = await receive()
if (isRoot) {
  // For good, and in this order: a user without privileges can't change the groups.
  process.setgroups?.([])
  process.setgid?.(NOBODY)
  process.setuid?.(NOBODY)
  const code = await readFile(join(folder, 'notes.txt')).catch(codeOf)
  console.error(`user ${process.getuid?.()} opens the file by itself: ${code}`)
} else {
  console.error('not started as root: both processes have the same user')
}

console.log(await ask('notes.txt')) // the content of notes.txt; to write: EBADF
console.log(await ask('key.txt')) // EACCES
console.log(await ask('../../etc/passwd')) // EACCES
console.log(await ask('shortcut')) // ELOOP
console.log(await ask('missing')) // ENOENT

// A program that has got hold of our end: the same user and the same socket, but another process.
const stdio = /** @type {const} */ (['ignore', 'inherit', 'inherit', socket.fd])
spawn('sh', ['-c', 'printf notes.txt >&3'], { stdio: [...stdio] })
console.log((await receive()).error) // EPERM

// Nor does the opener take descriptors: the system refuses to send them (Linux 6.16), or the opener does.
const given = socket.send('notes.txt', { fds: [socket] }).then(receive)
console.log(await given.then(({ error }) => error).catch(codeOf)) // EPERM

socket.close()
const [status] = await once(child, 'exit')
console.log(`the opener ended with ${status}`) // the opener ended with 0
