// Serves files over HTTP on connections that another process has accepted; started by main.js.

import { createReadStream, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { pid } from 'node:process'
import { inheritedSocket, SeqpacketSocket } from 'socketpair'

const [folder = '.'] = process.argv.slice(2)
const names = new Set(readdirSync(folder))

// It listens to nothing: connections are put in by hand.
const server = createServer(({ url = '', socket }, response) => {
  const name = decodeURIComponent(url.slice(1))
  response.setHeader('x-served-by', pid)
  response.setHeader('x-client-port', socket.remotePort ?? 0)
  if (!names.has(name)) return void response.writeHead(404).end()
  const file = createReadStream(join(folder, name))
  file.once('error', () => response.writeHead(500).end())
  file.pipe(response)
})

const end = inheritedSocket()
if (!(end instanceof SeqpacketSocket)) throw new TypeError(`a ${end.type} end came`)
// Until the other process has closed its end.
for await (const { fds } of end) {
  for (const received of fds) {
    // net.Socket owns the number from here on, and closes it. For reads and writes of this package
    // instead, without HTTP: received.toSocket().
    server.emit('connection', new Socket({ fd: received.take() }))
  }
}
end.close()
server.closeIdleConnections()
