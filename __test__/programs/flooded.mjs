// Reads in a loop from an end that another process floods without end. The end is unreferenced, so the
// loop must go on while a timer keeps the process, and must let it go afterwards.

import { spawn } from 'node:child_process'
import { socketpair } from 'socketpair'

const [here, there] = socketpair()
const flood = spawn('sh', ['-c', 'exec cat /dev/zero >&3 2>&3'], {
  stdio: ['ignore', 'ignore', 'ignore', there.fd],
})
flood.unref()
there.close()
here.unref()

let reads = 0
async function loop() {
  const buffer = Buffer.alloc(4096)
  for (;;) {
    await here.read(buffer)
    reads++
  }
}
loop()

let ticks = 0
const timer = setInterval(() => {
  ticks++
  // More reads than one turn of the loop allows, so it went on from turn to turn.
  if (ticks >= 5 && reads >= 1000) clearInterval(timer)
}, 5)
process.on('exit', () => {
  flood.kill('SIGKILL')
  console.log(reads >= 1000 && ticks >= 5 ? 'read and ticked' : `${reads} reads, ${ticks} ticks`)
})
