import type { Outgoing } from '../outgoing.js'
import type { Done } from './flushes.js'
import { EXTENDED, type Extension, HEADER, writeHeader } from './frame-header.js'
import type { Slab } from './slab.js'
import { SLAB, slabs } from './slab-pool.js'

/** A body of so many bytes goes straight from its own memory; a smaller one is copied and gathered. */
export const DIRECT = 32 * 1024

/** Something that goes by itself: a run of small frames, or one frame and what belongs to it. */
export interface Item {
  /** The bytes; of a single frame its header and its body. */
  readonly views: readonly Uint8Array[]
  readonly lengths: readonly number[]
  readonly bytes: number
  /** Whether it is a run of frames. */
  readonly run: boolean
  /** Descriptors that go with its first byte. */
  readonly along?: Outgoing | undefined
  /** Called when the last byte has gone, or never will, because of an error. */
  readonly done?: Done | undefined
  /** Lent by {@link slabs}, and given back with this item. */
  readonly slab?: Slab | undefined
}

/** How a frame is to be sent, where that is not the ordinary way. */
export interface FrameOptions {
  readonly extension?: Extension | undefined
  readonly along?: Outgoing | undefined
  readonly done?: Done | undefined
}

/**
 * The frames that are to be sent, in order: items, and behind them the open run, small frames side by side
 * in a slab. It does no I/O: who sends asks what is next, and says by {@link advance} how much went.
 */
export class FrameWriter {
  readonly items: Item[] = []
  /** The first item that has not gone, and the bytes of it that have. */
  head = 0
  skip = 0
  /** The open run: from `begin` to `end` of the slab. */
  slab: Slab | undefined
  begin = 0
  end = 0
  /** All bytes that have not gone. */
  pending = 0
  /** All bytes that have. */
  gone = 0
  /** Items from `head` on that are being written: they can't be taken back. */
  lent = 0

  /** Puts a small frame behind the others. */
  append(body: Uint8Array): void {
    const { length } = body
    const slab = this.#room(HEADER + length)
    const at = this.end
    slab.data.setUint32(at, length, true)
    slab.bytes.set(body, at + HEADER)
    this.end = at + HEADER + length
    this.pending += HEADER + length
  }

  /** The same with an extended header. */
  appendExtended(body: Uint8Array, extension: Extension): void {
    const { length } = body
    const slab = this.#room(EXTENDED + length)
    const at = this.end
    writeHeader(slab.data, at, length, extension)
    slab.bytes.set(body, at + EXTENDED)
    this.end = at + EXTENDED + length
    this.pending += EXTENDED + length
  }

  /**
   * The same as {@link append} of text, as UTF-8.
   * @param most so many bytes at most, more than which no slab has
   * @returns the length of the body
   */
  appendText(text: string, most: number): number {
    const slab = this.#room(HEADER + most)
    const at = this.end
    const length = slab.bytes.write(text, at + HEADER)
    slab.data.setUint32(at, length, true)
    this.end = at + HEADER + length
    this.pending += HEADER + length
    return length
  }

  /** Puts a frame behind the others that is large, or not alone: it becomes an item. */
  appendItem(body: Uint8Array, { extension, along, done }: FrameOptions): Item {
    const slab = this.#room(EXTENDED)
    this.#closeRun(false)
    const at = this.end
    const length = writeHeader(slab.data, at, body.length, extension)
    this.begin = this.end = at + length
    const item = {
      views: [slab.bytes.subarray(at, at + length), body],
      lengths: [length, body.length],
      bytes: length + body.length,
      run: false,
      along,
      done,
    }
    this.items.push(item)
    this.pending += item.bytes
    return item
  }

  /**
   * Takes an item back, if nothing of it has gone.
   * @returns its place, as {@link gone} counts; undefined if it can't be taken back
   */
  remove(item: Item): number | undefined {
    const index = this.items.indexOf(item, this.head)
    const begun = this.lent + (this.skip > 0 ? 1 : 0)
    if (index === -1 || index < this.head + begun) return undefined
    let place = this.gone - this.skip
    for (let before = this.head; before < index; before++) place += this.items[before]?.bytes ?? 0
    this.items.splice(index, 1)
    this.pending -= item.bytes
    this.#tidy()
    return place
  }

  /** What has not gone of an item's body becomes a copy: the memory is its owner's again. */
  keep(item: Item): void {
    const index = this.items.indexOf(item, this.head)
    if (index === -1) return
    const [header, body] = item.views as [Uint8Array, Uint8Array]
    // What was detached meanwhile is found out when it is to be sent.
    if (body.length !== item.lengths[1]) return
    this.items[index] = { ...item, views: [header, Buffer.from(body)] }
  }

  /** Whether all that is left lies in the open run. */
  get onlyRun(): boolean {
    return this.head === this.items.length
  }

  /** So many bytes have gone. */
  advance(bytes: number): void {
    this.pending -= bytes
    this.gone += bytes
    let left = bytes
    while (this.head < this.items.length) {
      const item = this.items[this.head] as Item
      const rest = item.bytes - this.skip
      if (left < rest) {
        this.skip += left
        return
      }
      left -= rest
      this.skip = 0
      this.head++
      if (item.slab !== undefined) slabs.give(item.slab)
      item.done?.()
    }
    this.begin += left
    this.#tidy()
  }

  /** Makes the open run an item, so that there are items alone. */
  closeRun(): void {
    this.#closeRun(false)
  }

  /** Forgets everything; nothing more will go because of `error`. True if that told the caller. */
  clear(error: unknown): boolean {
    const items = this.items.splice(0).slice(this.head)
    this.head = this.skip = this.lent = 0
    this.slab = undefined
    this.begin = this.end = this.pending = 0
    let told = false
    for (const { along, done } of items) {
      along?.release()
      if (done?.(error) === true) told = true
    }
    return told
  }

  #room(bytes: number): Slab {
    if (this.slab === undefined || this.end + bytes > SLAB) {
      if (this.slab !== undefined) this.#closeRun(true)
      this.slab = slabs.take()
      this.begin = this.end = 0
    }
    return this.slab
  }

  #closeRun(last: boolean): void {
    const { slab, begin, end } = this
    if (slab === undefined || begin === end) return
    const bytes = end - begin
    const view = slab.bytes.subarray(begin, end)
    this.items.push({
      views: [view],
      lengths: [bytes],
      bytes,
      run: true,
      slab: last ? slab : undefined,
    })
    this.begin = end
  }

  #tidy(): void {
    if (this.head > 0 && this.head === this.items.length) this.items.length = this.head = 0
    else if (this.head >= 64) {
      this.items.splice(0, this.head)
      this.head = 0
    }
    if (this.pending === 0 && this.slab !== undefined) {
      slabs.give(this.slab)
      this.slab = undefined
      this.begin = this.end = 0
    }
  }
}
