// The service: an HTTP/2 server whose only connection is the pair.

import { createHash, getHashes } from 'node:crypto'
import { createServer } from 'node:http2'
import { pipeline } from 'node:stream/promises'
import { inheritedSocket } from 'socketpair'

const server = createServer()
const known = new Set(getHashes())

server.on('stream', async (stream, { ':path': path }) => {
  const algorithm = path?.slice(1) ?? ''
  if (!known.has(algorithm)) {
    stream.resume()
    stream.respond({ ':status': 404 })
    stream.end(`no such algorithm: ${algorithm}`)
    return
  }
  const hash = createHash(algorithm)
  await pipeline(stream, hash)
  stream.respond({ ':status': 200, 'content-type': 'text/plain' })
  stream.end(hash.digest('hex'))
})

const socket = /** @type {import('socketpair').StreamSocket} */ (inheritedSocket())
server.emit('connection', socket.toDuplex())
