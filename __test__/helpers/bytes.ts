import type { StreamSocket } from 'socketpair'

/** Bytes that differ from one place to the next, so that a gap, a swap or a repeat shows. */
export function patterned(length: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  let state = seed >>> 0 || 1
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[index] = state >>> 24
  }
  return bytes
}

/** Writes until the kernel takes no more; gives what it took. */
export function fill(socket: StreamSocket, seed = 1): Buffer {
  const taken = []
  const bytes = patterned(64 * 1024, seed)
  for (;;) {
    const sent = socket.tryWrite(bytes)
    if (sent === undefined) return Buffer.concat(taken)
    taken.push(bytes.subarray(0, sent))
  }
}

/** Reads what is there now. */
export function drain(socket: StreamSocket): Buffer {
  const taken = []
  const buffer = Buffer.alloc(64 * 1024)
  for (;;) {
    const landed = socket.tryRead(buffer)
    if (landed === undefined || landed === 0) return Buffer.concat(taken)
    taken.push(Buffer.from(buffer.subarray(0, landed)))
  }
}

/** Reads exactly so many bytes, however they come. */
export async function readAll(socket: StreamSocket, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  await socket.readExactly(bytes)
  return bytes
}
