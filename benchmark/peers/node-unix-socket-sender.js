// node-unix-socket, seqpacket: sends messages of argv[2] bytes until the other side is gone.

import { pattern } from '../programs/pattern.js'
import { load } from './load.js'

const { SeqpacketSocket } = await load('node-unix-socket')
const message = pattern(Number(process.argv[2]))
const socket = new SeqpacketSocket(3)
socket.on('error', () => process.exit(0))

/** Its queue has no bound, so a new lot is given when the system has the last. */
const mostAtOnce = 256

function fill() {
  for (let i = 1; i < mostAtOnce; i++) socket.write(message)
  socket.write(message, 0, message.length, fill)
}

fill()
