// usocket: writes blocks of argv[2] bytes until the other side is gone.

import { pattern } from '../programs/pattern.js'
import { load } from './load.js'

const { default: usocket } = await load('usocket')
const block = pattern(Number(process.argv[2]))
const socket = new usocket.USocket({ fd: 3 })
socket.on('error', () => process.exit(0))

// Its `write` does not say when to stop, so the callback of a block asks for the next.
function fill() {
  for (let i = 1; i < 16; i++) socket.write(block)
  socket.write(block, fill)
}

fill()
