// HTTP/2 between two processes, without a port and without a path: many requests at once over one pair, each
// with flow control of its own, headers and trailers, and a client and a server that Node has already. The
// service hashes what it is sent.
//
//   node examples/http2/main.js [FOLDER]        (after `npm run build`; without FOLDER it sends lib/)

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, readFileSync, readdirSync } from 'node:fs'
import { connect } from 'node:http2'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { fork } from 'socketpair'

const folder = process.argv[2] ?? fileURLToPath(new URL('../../lib', import.meta.url))
const { child, socket } = fork(new URL('server.js', import.meta.url), [])
const exited = once(child, 'exit')
const duplex = socket.toDuplex()
// The name is for the `:authority` header; nothing is looked up.
const session = connect('http://hashing', { createConnection: () => duplex })

/**
 * @param {string} path of a file
 * @param {string} algorithm
 */
async function hash(path, algorithm) {
  const request = session.request({ ':method': 'POST', ':path': `/${algorithm}` })
  // Read while it is sent, no faster than the service takes it.
  const sent = pipeline(createReadStream(path), request)
  const [[headers], answer] = await Promise.all([once(request, 'response'), text(request), sent])
  return { status: headers[':status'], answer }
}

const entries = readdirSync(folder, { withFileTypes: true })
const paths = entries.filter((entry) => entry.isFile()).map(({ name }) => `${folder}/${name}`)
const answers = await Promise.all(paths.map((path) => hash(path, 'sha256')))
const right = answers.every(({ status, answer }, index) => {
  const content = readFileSync(paths[index] ?? '')
  return status === 200 && answer === createHash('sha256').update(content).digest('hex')
})
console.error(`${answers.length} files, ${socket.bytesWritten} bytes`)
console.log(`all there and right: ${right}`) // all there and right: true
const { status } = await hash(paths[0] ?? '', 'nonsense')
console.log(`an unknown algorithm: ${status}`) // an unknown algorithm: 404

session.close()
const [code] = await exited
console.log(`the service ended with ${code}`) // the service ended with 0
