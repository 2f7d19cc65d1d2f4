// Credentials and descriptors without privileges: everything is loaded first, by whoever may read it.
import { spawnSync } from 'node:child_process'
import { openSync } from 'node:fs'
import { type AnySocket, type SocketType, StreamSocket, socketpair } from 'socketpair'
import { pass } from '../helpers/passing.ts'
import { put, take } from '../helpers/io.ts'
import { warmUp } from '../helpers/warm-up.ts'

const [type] = process.argv.slice(2) as [SocketType]
const NOBODY = 65_534
await warmUp()
const nothing = openSync('/dev/null', 'r')
process.setgroups?.([])
process.setgid?.(NOBODY)
process.setuid?.(NOBODY)

const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'sent',
    (error: NodeJS.ErrnoException) => error.code,
  )

const [a, b] = socketpair(type as 'stream') as unknown as [AnySocket, AnySocket]
b.passCredentials = true
const answers: Record<string, unknown> = {}
for (const [name, credentials] of Object.entries({
  'another process': { pid: process.ppid },
  'another user': { uid: 0 },
  'another group': { gid: 0 },
  'a missing process': { pid: 2 ** 31 - 1 },
  itself: { pid: process.pid, uid: NOBODY, gid: NOBODY },
})) {
  answers[name] = await outcome(pass(a, name, [], { credentials }))
}
const buffer = Buffer.alloc(100)
const info = b instanceof StreamSocket ? await b.readMessage(buffer) : await b.recvInto(buffer)
answers['came'] = [buffer.toString('latin1', 0, info?.bytesRead)]
const { pid, uid, gid } = info?.credentials ?? {}
answers['came from'] = { uid, gid, me: pid === process.pid }

// The system counts what a user without privileges has on the way, up to the limit of descriptors.
const { status } = spawnSync('prlimit', [`--pid=${process.pid}`, '--nofile=300:300'])
if (status !== 0) throw new Error('no limit was set')
const fds = Array.from({ length: 200 }, () => nothing)
const [one, other] = socketpair(type as 'stream') as unknown as [AnySocket, AnySocket]
let last: unknown = 'sent'
for (let round = 0; round < 5 && last === 'sent'; round++) {
  last = await outcome(pass(one, 'x', fds))
}
answers['too many on their way'] = last
other.close()
await put(a, 'afterwards')
answers['afterwards'] = await take(b)
process.stdout.write(JSON.stringify(answers))
