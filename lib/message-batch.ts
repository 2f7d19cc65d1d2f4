import { checkInteger, checkOptions } from './arguments.js'
import { outOfRange } from './errors.js'
import type { Parcel } from './parcel.js'
import { describe, type MessageInfo } from './message.js'
import { MAX_TRANSFER } from './native.js'

/** How big a {@link MessageBatch} is. */
export interface MessageBatchOptions {
  /**
   * The most messages that one receive gives.
   * @default 64
   */
  readonly maxMessages?: number | undefined
  /**
   * The size of the slab, in bytes: messages lie in it side by side.
   * @default 262144
   */
  readonly bytes?: number | undefined
}

const FIELDS = 4

/** What `recvMany` fills; for the package's own modules. */
export interface BatchMemory {
  readonly slab: Uint8Array
  readonly table: Uint32Array
  /** `arrived` tells what came along with which message, put on its info. */
  fill(count: number, arrived?: (infoOf: (row: number) => MessageInfo) => Parcel[]): void
}

let memory: (batch: MessageBatch) => BatchMemory

/** The memory behind a batch. */
export function memoryOf(batch: MessageBatch): BatchMemory {
  return memory(batch)
}

/**
 * A slab that receives many messages with one call, and is used again by the next: nothing is allocated
 * per message.
 *
 * What {@link message} gives is a view of the slab, valid until the batch is used again: copy what must
 * live longer. A message that no longer fits waits for the next call; only one that is longer than the
 * whole slab is cut, and says so.
 */
export class MessageBatch implements Iterable<Uint8Array> {
  readonly #memory: BatchMemory
  readonly #arrayBuffer: ArrayBuffer
  #count = 0
  /** The infos of messages with which something came, and their descriptors. */
  readonly #infos = new Map<number, MessageInfo>()
  #parcels: Parcel[] = []
  #lengths: Uint32Array | undefined

  static {
    memory = (batch) => batch.#memory
  }

  constructor(options: MessageBatchOptions = {}) {
    checkOptions(options)
    const { maxMessages = 64, bytes = 256 * 1024 } = options
    checkInteger(maxMessages, 'options.maxMessages', 1, 1024)
    checkInteger(bytes, 'options.bytes', 1, MAX_TRANSFER)
    // Alone in its memory, from the beginning of that, and cleared: views of it show all of it.
    const slab = Buffer.alloc(bytes)
    this.#arrayBuffer = slab.buffer as ArrayBuffer
    this.#memory = {
      slab,
      table: new Uint32Array(maxMessages * FIELDS),
      fill: (count, arrived) => {
        for (const parcel of this.#parcels) parcel.drop()
        this.#infos.clear()
        this.#count = count
        this.#lengths = undefined
        const parcels = arrived?.((row) => {
          const info = this.#describe(row)
          this.#infos.set(row, info)
          return info
        })
        this.#parcels = parcels ?? []
      },
    }
  }

  /** The messages that the last call gave. */
  get count(): number {
    return this.#count
  }

  /** The bytes that landed of each of them. */
  get lengths(): Uint32Array {
    this.#lengths ??= Uint32Array.from({ length: this.#count }, (_, i) => this.#field(i, 1))
    return this.#lengths
  }

  /**
   * A view of message `i`, valid until the batch is used again.
   * @throws ERR_OUT_OF_RANGE there is none
   */
  message(i: number): Uint8Array {
    this.#check(i)
    // Cheaper than `subarray` of a Buffer, which asks for its memory and its place in it each time.
    return Buffer.from(this.#arrayBuffer, this.#field(i, 0), this.#field(i, 1))
  }

  /**
   * What is known of message `i`. Descriptors that came with it are closed when the batch is used again,
   * unless somebody has looked at `fds` by then.
   * @throws ERR_OUT_OF_RANGE there is none
   */
  info(i: number): MessageInfo {
    this.#check(i)
    return this.#infos.get(i) ?? this.#describe(i)
  }

  /** The messages in the order of their arrival. */
  *[Symbol.iterator](): Generator<Uint8Array, void, undefined> {
    for (let i = 0; i < this.#count; i++) yield this.message(i)
  }

  #describe(i: number): MessageInfo {
    return describe(this.#field(i, 3), this.#field(i, 2), this.#field(i, 1))
  }

  #field(i: number, field: number): number {
    return this.#memory.table[i * FIELDS + field] as number
  }

  #check(i: number): void {
    checkInteger(i, 'i', 0, 1023)
    if (i >= this.#count) throw outOfRange('i', `< ${this.#count}`, i)
  }
}
