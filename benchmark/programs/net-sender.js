// net.Socket: writes blocks of argv[2] bytes until the other side is gone.

import { Socket } from 'node:net'
import { ignorePeerGone } from './peer-gone.js'

const socket = new Socket({ fd: 3 })
const block = Buffer.alloc(Number(process.argv[2]), 1)

function fill() {
  while (socket.write(block));
}

socket.on('error', ignorePeerGone)
socket.on('drain', fill)
fill()
