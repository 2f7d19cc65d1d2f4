// Two programs in a conversation, and this process between them: it starts both, connects them by relay(),
// and sees how much goes each way without a byte coming to JavaScript. What no shell's pipe can do: the
// second program answers the first.
//
//   node examples/relay-pipeline/main.js        (after `npm run build`; needs sh)

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { relay, socketpair } from 'socketpair'

/**
 * Starts a program with an end of a pair as standard input and standard output; gives the other end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 */
function start(command, args) {
  const [ours, theirs] = socketpair('stream')
  const child = spawn(command, args, { stdio: [theirs.fd, theirs.fd, 'inherit'] })
  theirs.close()
  return { child, ours, ended: once(child, 'exit') }
}

// It asks for the squares of the numbers up to 1000, adds up what comes back, and tells by its status.
const asking = start('sh', [
  '-c',
  'n=0; sum=0; while [ $n -lt 1000 ]; do n=$((n + 1)); echo $n; read -r square; sum=$((sum + square)); done; [ $sum -eq 333833500 ]',
])
// It answers line by line, until nobody asks any more.
const answering = start('sh', ['-c', 'while read -r n; do echo $((n * n)); done'])

const { aToB, bToA } = await relay(asking.ours, answering.ours)
const [[first], [second]] = await Promise.all([asking.ended, answering.ended])
console.log(`the sum is right: ${first === 0}, the other ended with ${second}`) // the sum is right: true, the other ended with 0
console.log(`${aToB} bytes of questions, ${bToA} of answers`) // 3893 bytes of questions, 6543 of answers
asking.ours.close()
answering.ours.close()
