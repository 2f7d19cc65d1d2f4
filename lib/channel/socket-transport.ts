import type { Limits } from '../arguments.js'
import type { End } from '../end.js'
import { errorOf } from '../errors.js'
import { binding } from '../native.js'
import type { Attempt, BLOCKED } from '../operation.js'
import { Arrivals } from './arrivals.js'
import type { FrameReader } from './frame-reader.js'
import { DIRECT, type FrameWriter } from './frame-writer.js'
import type { Stuck, Transport } from './transport.js'

/** A datagram so short is taken by every system; of a longer one the sender must hear what came of it. */
const SURE = 1024

const HOW = { read: 0, write: 1 } as const

/** What a channel over a Socket does alike over each type: it waits in the socket's own queues. */
export abstract class SocketTransport implements Transport {
  readonly end: End
  readonly arrivals: Arrivals
  readonly direct: number
  readonly borrows = false
  held = false

  constructor(end: End) {
    this.end = end
    this.direct = end.type === 'dgram' ? SURE : DIRECT
    this.arrivals = new Arrivals(end)
  }

  abstract push(frames: FrameWriter): true | Stuck
  abstract fill(reader: FrameReader): number | typeof BLOCKED

  get mayPush(): boolean {
    return this.end.writing.free
  }

  get mayFill(): boolean {
    return this.end.reading.free
  }

  get waiting(): number {
    return this.end.reading.length
  }

  untilPushed(attempt: Attempt<true>, tried: boolean): Promise<true> {
    return this.end.writing.enqueue(attempt, undefined, undefined, tried)
  }

  untilFilled<T>(attempt: Attempt<T>, limits: Limits | undefined, tried: boolean): Promise<T> {
    return this.end.reading.enqueue(attempt, limits, undefined, tried)
  }

  retry(): void {
    this.end.reading.retry()
  }

  endReceiving(): void {
    this.#shutdown(HOW.read)
  }

  endSending(): void {
    this.#shutdown(HOW.write)
  }

  get closed(): boolean {
    return this.end.closed
  }

  whenClosed(listener: (error: unknown) => void): void {
    this.end.whenLeft.push(() => listener(errorOf('ECANCELED', 'recvmsg')))
  }

  close(): void {
    this.end.close()
    this.arrivals.clear()
  }

  ref(): void {
    this.end.reference(true)
  }

  unref(): void {
    this.end.reference(false)
  }

  #shutdown(how: number): void {
    try {
      binding.shutdown(this.end.id, how)
    } catch {
      // It is closed, or the system finds it so: then it has ended already.
    }
  }
}
