// Every send of the package over a pair whose peer is closed, in a process that SIGPIPE would kill.
import { readFileSync, writeSync } from 'node:fs'
import { type DatagramSocket, type SocketType, StreamSocket, socketpair } from 'socketpair'

const SIGPIPE = 13

// Node ignores SIGPIPE from its start; taking a handler away leaves the default.
const handler = () => {}
process.on('SIGPIPE', handler)
process.off('SIGPIPE', handler)

function disposition(): string {
  const status = readFileSync('/proc/self/status', 'utf8')
  const bit = 1n << BigInt(SIGPIPE - 1)
  const has = (name: string) =>
    (BigInt(`0x${new RegExp(`^${name}:\\s*(\\w+)$`, 'm').exec(status)?.[1]}`) & bit) !== 0n
  return has('SigIgn') ? 'ignored' : has('SigCgt') ? 'caught' : 'default'
}

const [type, control] = process.argv.slice(2) as [SocketType, string?]
const [a, b] = socketpair(type as 'stream') as [StreamSocket | DatagramSocket, StreamSocket]
// A wait of its own first, so that threads of the runtime exist; one is full, so that its send waits.
const [full, reader] = socketpair(type as 'stream') as [StreamSocket | DatagramSocket, StreamSocket]
const trySend = (end: StreamSocket | DatagramSocket) =>
  end instanceof StreamSocket ? end.tryWrite('xxxxxxxx') : end.trySend('xxxxxxxx')
while (trySend(full) !== undefined);
const waiting = full instanceof StreamSocket ? full.write('x') : full.send('x')
b.close()
reader.close()

// Proves that this process dies of a send that is not the package's.
if (control) writeSync(a.fd, 'x')

const sends =
  a instanceof StreamSocket
    ? [
        () => waiting,
        () => a.write('x'),
        () => a.write(''),
        () => a.writev(['x', 'y']),
        async () => a.tryWrite('x'),
        () => a.write('x', { timeout: 5000 }),
      ]
    : [
        () => waiting,
        () => a.send('x'),
        () => a.send(''),
        () => a.sendv(['x', 'y']),
        () => a.sendMany([Buffer.from('x'), Buffer.from('y')]),
        async () => a.trySend('x'),
        () => a.send('x', { timeout: 5000 }),
      ]
const codes: unknown[] = []
for (const send of sends) {
  try {
    await send()
    codes.push('sent')
  } catch (error) {
    codes.push((error as NodeJS.ErrnoException).code)
  }
}
process.stdout.write(JSON.stringify({ disposition: disposition(), codes }))
