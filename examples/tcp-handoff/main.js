// TCP connections go to other processes: this one listens and accepts, and sends the descriptor of each
// connection to one of two servers in turn, which speak HTTP with the client directly. No byte passes
// through here, and a server can be replaced while the port stays open.
//
//   node examples/tcp-handoff/main.js [FOLDER]        (after `npm run build`; without FOLDER it serves lib/)

import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { fork } from 'socketpair'

const SERVERS = 2

const folder = process.argv[2] ?? fileURLToPath(new URL('../../lib', import.meta.url))
const servers = Array.from({ length: SERVERS }, () =>
  fork(new URL('server.js', import.meta.url), [folder], { socket: { type: 'seqpacket' } }),
)

let accepted = 0
// Paused, or the first bytes of the client would be read here, and lost for the server.
const listener = createServer({ pauseOnConnect: true }, (connection) => {
  const { socket } = servers[accepted++ % SERVERS] ?? {}
  socket?.send('connection', { fds: [connection] }).catch((error) => console.error(error))
  // Closes our copy of the descriptor and nothing else: end() would shut the connection down for the
  // server too. A send that waits has a copy of its own. Node's sockets are non-blocking, and so is what
  // the server gets; a program that wants to block must clear O_NONBLOCK.
  connection.destroy()
})
listener.listen(0, '127.0.0.1')
await once(listener, 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (listener.address())

/** @param {string} name */
async function fetchFile(name) {
  // A connection for each request.
  const path = `/${encodeURIComponent(name)}`
  const request = get({ host: '127.0.0.1', port, path, agent: false })
  const [response] = /** @type {[import('node:http').IncomingMessage]} */ (
    await once(request, 'response')
  )
  const ourPort = request.socket?.localPort
  const parts = await response.toArray()
  const { 'x-served-by': servedBy, 'x-client-port': clientPort } = response.headers
  return {
    status: response.statusCode,
    content: Buffer.concat(parts),
    servedBy: Number(servedBy),
    // The server sees the client, not this process.
    direct: Number(clientPort) === ourPort,
  }
}

const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
const names = files.map(({ name }) => name)
const answers = await Promise.all(names.map(fetchFile))
console.error(`${answers.length} files over ${accepted} connections`)
const right = answers.every(({ content }, index) =>
  content.equals(readFileSync(`${folder}/${names[index]}`)),
)
console.log(`all there and right: ${right}`) // all there and right: true
console.log(`all direct: ${answers.every(({ direct }) => direct)}`) // all direct: true
const counts = servers.map(
  ({ child }) => answers.filter((one) => one.servedBy === child.pid).length,
)
console.error(`of them by each server: ${counts}`)
const served = counts.every((count) => count > 0) && counts.reduce((a, b) => a + b) === names.length
console.log(`by the servers, each of them: ${served}`) // by the servers, each of them: true
console.log((await fetchFile('no such file')).status) // 404

listener.close()
const ends = servers.map(({ child }) => once(child, 'exit'))
for (const { socket } of servers) socket.close()
const statuses = (await Promise.all(ends)).map(([status]) => status)
console.log(`the servers ended with ${statuses}`) // the servers ended with 0,0
