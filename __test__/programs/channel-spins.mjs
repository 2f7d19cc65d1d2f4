// Asks a partner that is busy before it answers, and prints how often this thread slept while it waited:
// argv[2] is `busyPoll`, argv[3] the microseconds that the partner takes, argv[4] the number of questions.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Channel, spawn } from 'socketpair'
import { same } from './support.mjs'

/** Times that this thread gave its CPU away because it had to wait. */
function sleeps() {
  const status = readFileSync('/proc/thread-self/status', 'latin1')
  return Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1])
}

const [, , how = 'auto', delay = '0', count = '0'] = process.argv
const partner = fileURLToPath(new URL('answers-late.mjs', import.meta.url))
const { socket } = spawn(process.execPath, [partner, delay], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
const channel = new Channel(socket)
// The first answer comes when the partner has started.
await channel.send('ready?')
await channel.recv()
socket.busyPoll = how === 'auto' ? 'auto' : how === 'false' ? false : Number(how)
const before = sleeps()
for (let n = 0; n < Number(count); n++) {
  await channel.send('a question')
  same(String(await channel.recv()), 'a question', 'the answer')
}
console.log(sleeps() - before)
await channel.close()
