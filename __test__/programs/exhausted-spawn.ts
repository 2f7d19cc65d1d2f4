// What spawn does when the table of descriptors is full, or nearly: run with few of them.
import { closeSync, openSync, readdirSync } from 'node:fs'
import { type SocketType, spawn } from 'socketpair'

const type = process.argv[2] as SocketType
const files: number[] = []

/** Opens files until there is no descriptor left; gives how many there were. */
function exhaust(): number {
  const before = files.length
  try {
    for (;;) files.push(openSync('/dev/null', 'r'))
  } catch {
    return files.length - before
  }
}

async function outcome(fd?: number): Promise<unknown> {
  let started
  try {
    started = spawn('true', { stdio: 'ignore', sockets: { one: type, other: { type, fd } } })
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    return ['thrown', code, syscall]
  }
  const { child, sockets } = started
  const closed = new Promise((resolve) => child.once('close', resolve))
  const failed = new Promise((resolve) => child.once('error', resolve))
  const open = Object.values(sockets).filter((end) => !end.closed).length
  if (child.pid === undefined) {
    const { code } = (await failed) as NodeJS.ErrnoException
    return ['told', code, open]
  }
  await closed
  for (const end of Object.values(sockets)) end.close()
  return ['started', child.exitCode, open]
}

// What the host opens for its first child is open from here on.
await outcome()
const numbers = []
for (const fd of [100, 128, 1000]) {
  const before = readdirSync('/proc/self/fd').length
  const answer = await outcome(fd)
  numbers.push({ fd, answer, lost: readdirSync('/proc/self/fd').length - before })
}
exhaust()
const attempts = []
for (let left = 0; left < 30; left++) {
  for (let i = 0; i < left; i++) closeSync(files.pop() as number)
  const answer = await outcome()
  attempts.push({ left, answer, remaining: exhaust() })
}
process.stdout.write(JSON.stringify({ attempts, numbers }))
