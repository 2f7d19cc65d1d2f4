/** A peer that sends frames made by hand as fast as they are taken, and reads only when it is told to. */
import type { Socket as NetSocket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SeqpacketSocket, StreamSocket } from 'socketpair'

/** Milliseconds without a byte taken, after which it counts as stopped. */
const STOPPED = 60

/** A frame that came. */
export interface Frame {
  kind: number
  id: number
  body: Buffer
}

/** The bytes of an end, whatever its type. */
interface Pipe {
  /** How many bytes were taken. */
  offer(bytes: Buffer): number
  read(): Buffer | undefined
}

function pipeOf(end: StreamSocket | SeqpacketSocket | NetSocket): Pipe {
  const memory = Buffer.alloc(1024 * 1024)
  if (!('type' in end)) {
    return {
      offer(bytes) {
        if (end.writableLength > 0) return 0
        end.write(bytes)
        return bytes.length
      },
      read: () => (end.read() as Buffer | null) ?? undefined,
    }
  }
  if (end.type === 'stream') {
    return {
      offer: (bytes) => end.tryWrite(bytes) ?? 0,
      read() {
        const length = end.tryRead(memory)
        return length === undefined ? undefined : memory.subarray(0, length)
      },
    }
  }
  return {
    offer: (bytes) => end.trySend(bytes) ?? 0,
    read() {
      const info = end.tryRecv(memory)
      return info ? memory.subarray(0, info.bytesRead) : undefined
    },
  }
}

/** The peer's end of what a channel runs over. */
export class Flooder {
  readonly #pipe: Pipe
  /** What was not taken of the frame that was begun last. */
  #rest: Buffer = Buffer.alloc(0)
  #tail: Buffer = Buffer.alloc(0)
  /** Frames that were begun. */
  frames = 0
  /** Bytes that were taken, by the kernel or by the channel behind it. */
  bytes = 0

  constructor(end: unknown) {
    this.#pipe = pipeOf(end as StreamSocket)
  }

  /** Sends what `make` gives for 0, 1, 2 …, until nothing is taken any more, or so many bytes were. */
  async flood(make: (n: number) => Buffer, most: number): Promise<void> {
    for (let idle = 0; idle < STOPPED; idle++) {
      const before = this.bytes
      while (this.bytes < before + 1024 * 1024) {
        if (this.#rest.length === 0) this.#rest = make(this.frames++)
        if (!this.#offer()) break
      }
      if (this.bytes >= most) return
      if (this.bytes > before) idle = 0
      await sleep(1)
    }
  }

  /** Reads, and sends the rest of the frame that it had begun, until so many frames have come. */
  async drain(count: number): Promise<Frame[]> {
    const frames: Frame[] = []
    while (frames.length < count) {
      if (this.#rest.length > 0) this.#offer()
      const bytes = this.#pipe.read()
      if (bytes === undefined) await sleep(1)
      else this.#take(bytes, frames)
    }
    return frames
  }

  #offer(): boolean {
    const taken = this.#pipe.offer(this.#rest)
    this.#rest = this.#rest.subarray(taken)
    this.bytes += taken
    return taken > 0
  }

  #take(bytes: Buffer, frames: Frame[]): void {
    let rest = Buffer.concat([this.#tail, bytes])
    for (;;) {
      if (rest.length < 4) break
      const word = rest.readUInt32LE(0)
      const begin = word >= 0x8000_0000 ? 12 : 4
      const end = begin + (word & 0x3fff_ffff)
      if (rest.length < end) break
      const extended = begin === 12
      frames.push({
        kind: extended ? rest.readUInt8(6) : 0,
        id: extended ? rest.readUInt32LE(8) : 0,
        body: Buffer.from(rest.subarray(begin, end)),
      })
      rest = rest.subarray(end)
    }
    this.#tail = Buffer.from(rest)
  }
}
