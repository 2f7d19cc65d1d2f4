// net.Socket: sends back what it reads, until the other side is gone.

import { Socket } from 'node:net'
import { ignorePeerGone } from './peer-gone.js'

const socket = new Socket({ fd: 3 })
socket.on('error', ignorePeerGone)
socket.on('data', (chunk) => socket.write(chunk))
