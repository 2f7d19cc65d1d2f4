// Starts a child that outlives it, and ends by itself: the child tells when it finds the end.

import { spawn } from 'socketpair'

const type = /** @type {'stream'} */ (process.argv[2])
const { child, socket } = spawn('sh', ['-c', 'cat <&3 >/dev/null; echo ended'], {
  stdio: ['ignore', 'inherit', 'inherit'],
  detached: true,
  socket: { type },
})
child.unref()
if (socket.closed) throw new Error('the child was not started')
console.log('left')
