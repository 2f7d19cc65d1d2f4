// Receives, over an unreferenced end, messages that always come a moment later. Nothing of that may keep
// this process running, however short the waits are.

import { socketpair } from 'socketpair'

const [here, there] = socketpair('seqpacket')
const buffer = Buffer.alloc(8)
async function trip() {
  const receive = here.recvInto(buffer) // has to wait
  there.trySend('ping')
  await receive
}
// So many short waits that the package counts on them.
for (let i = 0; i < 1000; i++) await trip()

here.unref()
let trips = 0
async function loop() {
  for (; trips < 20_000; trips++) await trip()
  process.exit()
}
loop()
process.on('exit', () => console.log(trips < 1000 ? 'ended' : `ended after ${trips} trips`))
