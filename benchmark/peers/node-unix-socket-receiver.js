// node-unix-socket, seqpacket: receives messages of argv[2] bytes for as long as the window lasts.

import { Checker, isChecking } from '../programs/pattern.js'
import { ThroughputWindow } from '../programs/throughput.js'
import { load } from './load.js'

const { SeqpacketSocket } = await load('node-unix-socket')
const size = Number(process.argv[2])
const throughput = new ThroughputWindow(size)
const checker = new Checker(size)
const socket = new SeqpacketSocket(3)
// It allocates and clears this much for each message; the default is 256 KiB.
socket.setInternalReadBufferSize(size)
socket.on('data', (/** @type {Buffer} */ message) => {
  if (isChecking) checker.takeMessage(message)
  if (throughput.add(message.length)) process.exit(0)
})
