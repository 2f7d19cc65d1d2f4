/** Moving bytes over an end of whatever type, for claims that hold for each. */
import { type AnySocket, StreamSocket } from 'socketpair'

const ROOM = 256 * 1024

/** Sends `data` whole: as a message, or as bytes of a stream. */
export function put(end: AnySocket, data: Uint8Array | string): Promise<number> {
  return end instanceof StreamSocket ? end.write(data) : end.send(data)
}

/** Sends without waiting; undefined when it would block. */
export function tryPut(end: AnySocket, data: Uint8Array | string): number | undefined {
  return end instanceof StreamSocket ? end.tryWrite(data) : end.trySend(data)
}

/** Receives a chunk or a message; null at end-of-file. */
export async function take(end: AnySocket): Promise<string | null> {
  if (end instanceof StreamSocket) return (await end.readChunk())?.toString('latin1') ?? null
  return (await end.recv())?.data.toString('latin1') ?? null
}

/** Receives without waiting; null at end-of-file, undefined when it would block. */
export function tryTake(end: AnySocket): string | null | undefined {
  const buffer = Buffer.alloc(ROOM)
  if (end instanceof StreamSocket) {
    const landed = end.tryRead(buffer)
    if (landed === undefined) return undefined
    return landed === 0 ? null : buffer.toString('latin1', 0, landed)
  }
  const info = end.tryRecv(buffer)
  return info ? buffer.toString('latin1', 0, info.bytesRead) : info
}

/** What the end says when nothing is queued and nothing can come any more. */
export function endOf(end: AnySocket): null | undefined {
  // A datagram end is never told.
  return end.type === 'dgram' ? undefined : null
}

/** Sends `data` again and again until the end would block; gives how often it went. */
export function fill(end: AnySocket, data: Uint8Array | string): number {
  let count = 0
  while (tryPut(end, data) !== undefined) count++
  return count
}
