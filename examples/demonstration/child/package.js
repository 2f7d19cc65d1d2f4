// The child that uses this package too: adopts its end at descriptor 3.

import { createHash } from 'node:crypto'
import { Socket, StreamSocket } from 'socketpair'

const [, , , task, bytes] = process.argv
const size = Number(bytes)
// Its type is asked of the system, so the same line adopts any of the three.
const socket = Socket.fromFd(3)

/** @param {string} line */
function say(line) {
  return socket instanceof StreamSocket ? socket.write(`${line}\n`) : socket.send(`${line}\n`)
}

/**
 * How much came; 0 is the end: a stream's and a seqpacket's end-of-file, a datagram's agreed mark.
 *
 * @param {Uint8Array} buffer
 */
async function receive(buffer) {
  if (socket instanceof StreamSocket) return socket.read(buffer)
  const info = await socket.recvInto(buffer)
  return info === null ? 0 : info.bytesRead
}

const tasks = {
  async receive() {
    // Filled, so that the system gives it its memory now; one more byte leaves room to see the end.
    const contents = Buffer.alloc(size + 1, 1)
    await say('ready')
    let received = 0
    for (;;) {
      const count = await receive(contents.subarray(received))
      if (count === 0) break
      received += count
    }
    await say(`received ${received}`)
    const digest = createHash('sha256').update(contents.subarray(0, received)).digest('hex')
    await say(`sha256 ${digest}`)
  },

  async count() {
    const buffer = Buffer.alloc(socket.type === 'stream' ? 65_536 : size)
    await say('ready')
    let counted = 0
    for (;;) {
      const count = await receive(buffer)
      if (count === 0) break
      counted += socket.type === 'stream' ? count : 1
    }
    await say(`counted ${counted}`)
  },

  async echo() {
    const buffer = Buffer.alloc(size)
    await say('ready')
    for (;;) {
      const count = await receive(buffer)
      if (count === 0) break
      const message = buffer.subarray(0, count)
      await (socket instanceof StreamSocket ? socket.write(message) : socket.send(message))
    }
  },
}

await tasks[/** @type {keyof typeof tasks} */ (task)]()
socket.close()
