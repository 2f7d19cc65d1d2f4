// A worker in Python that speaks the wire of a channel: requests, messages, a descriptor there and back.
//
//   node examples/channel-python/main.js

import { openSync, readFileSync, closeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Channel, spawn } from 'socketpair'

const worker = fileURLToPath(new URL('worker.py', import.meta.url))
const { child, socket } = spawn('python3', [worker], { stdio: ['ignore', 'inherit', 'inherit'] })
const channel = new Channel(socket)

console.log(String(await channel.request('hello, python'))) // HELLO, PYTHON

const fd = openSync(import.meta.filename, 'r')
await channel.send('a file', { fds: [fd] })
closeSync(fd)
const message = await channel.recvMessage()
const [received] = message?.fds ?? []
if (received === undefined) throw new Error('no descriptor came back')
const text = readFileSync(received.fd, 'utf8')
received.close()
console.log(String(message?.value), text.startsWith('// A worker in Python')) // a file true

await channel.close()
child.once('exit', (code) => console.log(`python ended with ${code}`)) // python ended with 0
