// A send with descriptors has to wait while there is no room for their duplicates: run with few descriptors.
import { openSync } from 'node:fs'
import { type AnySocket, type SocketType, StreamSocket, socketpair } from 'socketpair'
import { exhaust, leave } from '../helpers/exhaust.ts'
import { fill, tryTake } from '../helpers/io.ts'
import { pass } from '../helpers/passing.ts'
import { warmUp } from '../helpers/warm-up.ts'

const [type] = process.argv.slice(2) as [SocketType]

const given = openSync('/dev/null', 'r')
const list = (count: number) => Array.from({ length: count }, () => given)
await warmUp()
const [a, b] = socketpair(type as 'stream') as unknown as [AnySocket, AnySocket]
fill(a, 'x'.repeat(1000))
if (a instanceof StreamSocket) while (a.tryWrite('x') !== undefined);

const answers: Record<string, unknown> = {}
leave(9)
answers['ten with nine left'] = await pass(a, 'never', list(10), { timeout: 1000 }).then(
  () => 'sent',
  (error: NodeJS.ErrnoException) => error.code,
)
answers['nine are left'] = exhaust()
leave(9)
const sent = pass(a, 'late', list(9))
let text = ''
let came = 0
const buffer = Buffer.alloc(4096)
while (!text.endsWith('late')) {
  const info = b instanceof StreamSocket ? await b.readMessage(buffer) : await b.recvInto(buffer)
  if (info === null) throw new Error('ended')
  text += buffer.toString('latin1', 0, info.bytesRead)
  if (info.fds.length > 0 || info.fdsTruncated) {
    // Those in the queue need numbers again: the duplicates are gone by then.
    came += info.fds.length
  }
}
answers['nine with nine left'] = (await sent) === 4 ? 'sent' : 'cut'
answers['came'] = came
answers['order'] = [text.replace(/^x+/, ''), ...(tryTake(b) === undefined ? [] : ['more'])]
process.stdout.write(JSON.stringify(answers))
