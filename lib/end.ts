import { closed, type CloseMessage } from './diagnostics.js'
import { GivenMemory } from './given-memory.js'
import { Queue } from './queue.js'
import { binding } from './native.js'
import type { Direction } from './readiness.js'

/** The three types of socket, by the names that the package uses. */
export type SocketType = 'stream' | 'dgram' | 'seqpacket'

/** How an end waits: see {@link Socket.busyPoll}. */
export type BusyPoll = 'auto' | false | number

/** No end has this number: every call with it is EBADF. */
const NONE = 0x3fff_ffff

// An end that nobody can reach any more is closed; one with operations pending is held by them.
const forgotten = new FinalizationRegistry(({ id, fd, kind }: Made) => {
  binding.close(id)
  closed({ id, fd, type: kind, reason: 'collect' })
})

/** An end as the addon made it. */
export interface Made {
  readonly id: number
  readonly fd: number
  readonly kind: SocketType
}

/** What has an end for itself, instead of the queues. */
export interface Tenant {
  /** Gives the end back: it is closed or given away. */
  evict(): void
  /** Whether the end was referenced has changed. */
  adjustHold(): void
}

/** One end as the package sees it: the addon's number for it, its counters and its two queues. */
export class End {
  id: number
  fd: number
  readonly type: SocketType
  readonly reading: Queue
  readonly writing: Queue
  bytesRead = 0
  bytesWritten = 0
  closed = false
  referenced = true
  busyPoll: BusyPoll = 'auto'
  /** Whether descriptors came with a plain read, and were closed. */
  dropped = false
  /** Times that a large write had to wait for room. */
  largeWaits = 0
  tenant: Tenant | undefined
  /** Called when it has left this thread, and what waited in its queues was rejected. */
  readonly whenLeft: (() => void)[] = []
  /** Made when something small is received: an end that waits is small. */
  #memory: GivenMemory | undefined
  readonly #made: Made

  constructor(made: Made) {
    this.#made = made
    this.id = made.id
    this.fd = made.fd
    this.type = made.kind
    this.reading = new Queue(this, 0, 'recvmsg')
    this.writing = new Queue(this, 1, 'sendmsg')
    forgotten.register(this, made, this)
  }

  /** A full datagram queue says ENOBUFS on the systems of the BSD family: a wait, and no failure. */
  get refusalsAreOrdinary(): boolean {
    return this.type === 'dgram' && process.platform !== 'linux'
  }

  /** Memory for so many received bytes, to be given away: the caller writes all of it, or clears it. */
  memory(bytes: number): Buffer {
    this.#memory ??= new GivenMemory()
    return this.#memory.take(bytes)
  }

  /** The bytes moved in that direction since the end was made. */
  moved(direction: Direction): number {
    return direction === 0 ? this.bytesRead : this.bytesWritten
  }

  close(): void {
    if (this.closed) return
    this.tenant?.evict()
    binding.close(this.#leave())
    this.#cancel('close')
  }

  detach(): number {
    const id = this.id
    this.tenant?.evict()
    try {
      return binding.detach(id)
    } finally {
      if (!this.closed) {
        this.#leave()
        this.#cancel('detach')
      }
    }
  }

  /** Leaves this thread; gives the name under which another one finds the end. On failure it stays. */
  park(timeout: number): string {
    const transferId = binding.park(this.id, timeout)
    this.#leave()
    this.#cancel('transfer')
    return transferId
  }

  reference(referenced: boolean): void {
    this.referenced = referenced
    this.reading.adjustHold()
    this.writing.adjustHold()
    this.tenant?.adjustHold()
  }

  /** From here on no call reaches the descriptor; the queues forget their waits under the old number. */
  #leave(): number {
    const id = this.id
    this.closed = true
    this.fd = -1
    forgotten.unregister(this)
    return id
  }

  #cancel(reason: CloseMessage['reason']): void {
    this.reading.cancel()
    this.writing.cancel()
    this.id = NONE
    const { id, fd, kind } = this.#made
    const { bytesRead, bytesWritten } = this
    closed({ id, fd, type: kind, reason, bytesRead, bytesWritten })
    for (const left of this.whenLeft.splice(0)) left()
  }
}
