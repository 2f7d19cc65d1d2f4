import { unpack } from '../arrival.js'
import type { End } from '../end.js'
import { describe, type StreamMessageInfo } from '../message.js'
import { MESSAGE_FLAG } from '../native.js'
import type { ReceivedFd } from '../received-fd.js'
import { dropped, unclaimed } from '../unclaimed.js'

/** What came along with the write of one frame. */
export interface Arrival {
  /** The place in the whole stream of a byte of that frame. */
  readonly position: number
  readonly info: StreamMessageInfo
}

/** The descriptors of a message. */
export interface Descriptors {
  readonly fds: ReceivedFd[]
  readonly fdsTruncated: boolean
}

/** What came along with frames that nobody has received yet, in order. */
export class Arrivals {
  readonly #end: End
  readonly #waiting: Arrival[] = []

  constructor(end: End) {
    this.#end = end
  }

  /** Whether nothing is here. */
  get empty(): boolean {
    return this.#waiting.length === 0
  }

  /** Takes in what came with a read of a stream, of `length` bytes from `position` on. */
  addRead(position: number, length: number): void {
    const info: StreamMessageInfo = describe(length, MESSAGE_FLAG.lengthUnknown, length)
    unpack(this.#end, () => info)
    closePidfd(info)
    const at = position + (info.carryingByte ?? 0)
    if (hasDescriptors(info)) this.#waiting.push({ position: at, info })
  }

  /** Takes in what came with messages; `positionOf` tells where each begins. */
  addMessages(positionOf: (row: number) => number): void {
    const infos = new Map<number, StreamMessageInfo>()
    unpack(this.#end, (row) => {
      const info = describe(0, 0, 0)
      infos.set(row, info)
      return info
    })
    for (const [row, info] of infos) {
      closePidfd(info)
      if (hasDescriptors(info)) this.#waiting.push({ position: positionOf(row), info })
    }
  }

  /**
   * The descriptors of the frame at these places, of which its header tells `count`. What came with frames
   * before it, or with one that tells of none, nobody can ask for any more: it is closed.
   */
  take(from: number, to: number, count: number): Descriptors {
    let found: Descriptors | undefined
    while (this.#waiting[0] !== undefined && this.#waiting[0].position < to) {
      const { position, info } = this.#waiting.shift() as Arrival
      if (found !== undefined || position < from || count === 0) {
        drop(info)
        continue
      }
      const { fds, fdsTruncated } = info
      found = { fds, fdsTruncated: fdsTruncated || fds.length < count }
    }
    return found ?? { fds: [], fdsTruncated: count > 0 }
  }

  /** Closes those of the frames up to there: they were received by a call that doesn't give descriptors. */
  discard(to: number): void {
    while (this.#waiting[0] !== undefined && this.#waiting[0].position < to) {
      const { info } = this.#waiting.shift() as Arrival
      for (const received of info.fds) received.close()
      if (!this.#end.dropped) dropped()
      this.#end.dropped = true
    }
  }

  /** Closes all. */
  clear(): void {
    for (const { info } of this.#waiting.splice(0)) drop(info)
  }
}

/** Whether some came, or were lost: looked at without making them anybody's. */
function hasDescriptors(info: StreamMessageInfo): boolean {
  return info.fdsTruncated || Object.getOwnPropertyDescriptor(info, 'fds')?.get !== undefined
}

/** Closes the pidfd that came: a channel gives none. */
function closePidfd(info: StreamMessageInfo): void {
  info.pidfd?.close()
}

/** Closes those that nobody can ask for. */
function drop({ fds }: StreamMessageInfo): void {
  for (const received of fds) received.close()
  unclaimed(fds.length)
}
