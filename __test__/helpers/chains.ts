/** Two pairs with a relay's place in between: what the client sends, the server receives. */
import {
  type AnySocket,
  type PairOptions,
  type Relayed,
  type SocketType,
  StreamSocket,
} from 'socketpair'
import { createHash } from 'node:crypto'
import { pair } from './pairs.ts'
import type { ExecutionContext } from './test.ts'

/** `client` and `a` are a pair, `b` and `server` another; all are closed when the test is over. */
export function chain<T extends SocketType>(
  t: ExecutionContext,
  type: T,
  options?: PairOptions,
  farther: PairOptions | undefined = options,
) {
  const [client, a] = pair(t, type, options)
  const [b, server] = pair(t, type, farther)
  return { client, a, b, server }
}

/** Receives to the end; gives the hash of all that came. */
export async function hashToEnd(end: StreamSocket): Promise<string> {
  const hash = createHash('sha256')
  const buffer = Buffer.alloc(256 * 1024)
  for (;;) {
    const landed = await end.read(buffer)
    if (landed === 0) return hash.digest('hex')
    hash.update(buffer.subarray(0, landed))
  }
}

/** Receives to the end. */
export async function readToEnd(end: StreamSocket): Promise<Buffer> {
  const parts = []
  for await (const part of end) parts.push(part)
  return Buffer.concat(parts)
}

/** Sends all and says that it was all. */
export async function sendToEnd(end: StreamSocket, data: Uint8Array | string): Promise<void> {
  await end.write(data)
  end.shutdown('write')
}

/** What the totals of both ends must be when nobody but a relay has used them. */
export function totals({ aToB, bToA }: Relayed) {
  return { a: [aToB, bToA], b: [bToA, aToB] }
}

/** The totals of both ends. */
export function totalsOf(a: AnySocket, b: AnySocket) {
  return { a: [a.bytesRead, a.bytesWritten], b: [b.bytesRead, b.bytesWritten] }
}
