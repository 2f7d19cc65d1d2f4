// Ten descriptors come while there are numbers for fewer: run with few descriptors.
import { openSync } from 'node:fs'
import {
  type AnySocket,
  type MessageInfo,
  type SocketType,
  StreamSocket,
  socketpair,
} from 'socketpair'
import { exhaust, leave } from '../helpers/exhaust.ts'
import { pass } from '../helpers/passing.ts'
import { warmUp } from '../helpers/warm-up.ts'

const [type] = process.argv.slice(2) as [SocketType]

const buffer = Buffer.alloc(4096)

async function receive(end: AnySocket) {
  const info: MessageInfo | null =
    end instanceof StreamSocket ? await end.readMessage(buffer) : await end.recvInto(buffer)
  if (info === null) throw new Error('ended')
  const { fds, fdsTruncated } = info
  const text = buffer.toString('latin1', 0, info.bytesRead)
  return { answer: { text, came: fds.length, fdsTruncated }, fds }
}

await warmUp()
const [a, b] = socketpair(type as 'stream') as unknown as [AnySocket, AnySocket]
const given = openSync('/dev/null', 'r')
const ten = Array.from({ length: 10 }, () => given)
const answers: Record<string, unknown> = {}
leave(20)
for (const left of [0, 1, 3, 9, 10]) {
  await pass(a, `with ${left} left`, ten)
  leave(left)
  const { answer, fds } = await receive(b)
  answers[`${left} left`] = { ...answer, 'left afterwards': exhaust() }
  for (const fd of fds) fd.close()
  leave(20)
}
await pass(a, 'afterwards', ten)
const { answer, fds } = await receive(b)
answers['afterwards'] = answer
for (const fd of fds) fd.close()
answers['same count'] = exhaust() === 20
process.stdout.write(JSON.stringify(answers))
