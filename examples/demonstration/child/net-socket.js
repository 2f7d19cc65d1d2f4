// The child that uses Node's own net.Socket on descriptor 3.

import { createHash } from 'node:crypto'
import { Socket } from 'node:net'

const [, , task, bytes] = process.argv
// Half-open, because it answers after the other side has said that this was all.
const socket = new Socket({ fd: 3, allowHalfOpen: true })

if (task === 'receive') {
  const contents = Buffer.alloc(Number(bytes), 1)
  let received = 0
  socket.on('data', (chunk) => {
    contents.set(chunk, received)
    received += chunk.length
  })
  socket.on('end', () => {
    socket.write(`received ${received}\n`)
    const digest = createHash('sha256').update(contents.subarray(0, received)).digest('hex')
    socket.end(`sha256 ${digest}\n`)
  })
} else if (task === 'count') {
  let counted = 0
  socket.on('data', (chunk) => (counted += chunk.length))
  socket.on('end', () => socket.end(`counted ${counted}\n`))
} else {
  socket.on('data', (chunk) => socket.write(chunk))
  socket.on('end', () => socket.end())
}
socket.write('ready\n')
