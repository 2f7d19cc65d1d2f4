// A helper in another language that answers requests: its end of a seqpacket pair is its descriptor 3,
// one message is one request or one answer, and it ends by itself when this end is closed.
//
//   node examples/python-helper/main.js        (after `npm run build`; needs python3)

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { socketpair } from 'socketpair'

const helper = fileURLToPath(new URL('helper.py', import.meta.url))
const [ours, theirs] = socketpair('seqpacket')
const child = spawn('python3', [helper], { stdio: ['ignore', 'inherit', 'inherit', theirs.fd] })
// The child has its own copy; as long as this one was open, `ours` would never see the end.
theirs.close()

/**
 * One request at a time, so that the next message is its answer.
 *
 * @param {number[]} numbers
 */
async function statistics(numbers) {
  await ours.send(JSON.stringify(numbers))
  const answer = await ours.recv({ timeout: 10_000 })
  if (answer === null) throw new Error('the helper is gone')
  return JSON.parse(answer.data.toString())
}

console.log(await statistics([3, 1, 4, 1, 5])) // { mean: 2.8, median: 3 }
console.log(await statistics([2.5])) // { mean: 2.5, median: 2.5 }
console.log(await statistics([])) // { error: 'no numbers' }

ours.close()
const [status] = await once(child, 'exit')
console.log(`the helper ended with ${status}`) // the helper ended with 0
