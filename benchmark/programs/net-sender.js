// net.Socket: writes blocks of argv[2] bytes, each by itself or ("corked") 64 at a time, until the other
// side is gone.

import { Socket } from 'node:net'
import { pattern } from './pattern.js'
import { ignorePeerGone } from './peer-gone.js'

const socket = new Socket({ fd: 3 })
const block = pattern(Number(process.argv[2]))

function fill() {
  while (socket.write(block));
}

function fillCorked() {
  let goesOn = true
  while (goesOn) {
    socket.cork()
    for (let i = 0; i < 64; i++) goesOn = socket.write(block)
    socket.uncork()
  }
}

const start = process.argv[3] === 'corked' ? fillCorked : fill
socket.on('error', ignorePeerGone)
socket.on('drain', start)
start()
