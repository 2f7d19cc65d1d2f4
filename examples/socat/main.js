// socat on a descriptor: it knows sockets, TLS, serial lines and much else, and takes any open descriptor as
// one of its two addresses. Here it listens on a Unix socket in the file system for us, so that a program
// which only knows paths can talk to this process over a stream pair.
//
//   node examples/socat/main.js        (after `npm run build`; needs socat)

import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'socketpair'

const folder = await mkdtemp(join(tmpdir(), 'socketpair-socat-'))
const path = join(folder, 'socket')
// Its end of the pair is its descriptor 3. -dd makes it say when it listens.
const { child, socket } = spawn('socat', ['-dd', `UNIX-LISTEN:${path}`, 'FD:3'], {
  stdio: ['ignore', 'inherit', 'pipe'],
})

/** @param {string} words that socat says when it is so far */
async function said(words) {
  let text = ''
  for await (const piece of /** @type {import('node:stream').Readable} */ (child.stderr)) {
    text += piece
    if (text.includes(words)) return
  }
  throw new Error(`socat ended: ${text}`)
}

async function serve() {
  for await (const question of socket) await socket.write(`${question}: answered`)
  // The client has half-closed, socat has passed that on, and so do we.
  socket.shutdown('write')
}

try {
  await said('listening on')
  const serving = serve()
  const client = connect({ path, allowHalfOpen: true })
  client.end('question')
  const answer = await client.toArray()
  console.log(Buffer.concat(answer).toString()) // question: answered
  await serving
  const [status] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
  console.log(`socat ended with ${status}`) // socat ended with 0
} finally {
  child.kill()
  socket.close()
  await rm(folder, { recursive: true })
}
