/** The descriptors of one message, from their arrival until somebody looks at them. */
import { type InspectOptions, inspect } from 'node:util'
import type { End } from './end.js'
import type { MessageInfo } from './message.js'
import { binding } from './native.js'
import { type ReceivedFd, receivedFd } from './received-fd.js'
import { type Shelf, shelfOf } from './shelf.js'
import { spend } from './turn.js'
import { unclaimed } from './unclaimed.js'

// Nobody can look at the descriptors of a message that nobody can reach.
const unreachable = new FinalizationRegistry((parcel: Parcel) => parcel.drop())

/** The descriptors of one message, made into objects when somebody looks. */
export class Parcel {
  readonly #shelf: Shelf
  /** The addon's number and the descriptor, of each; a pidfd comes first. */
  #pairs: Uint32Array
  readonly #hasPidfd: boolean
  #seen: { fds: ReceivedFd[]; pidfd: ReceivedFd | undefined } | undefined

  constructor(info: MessageInfo, pairs: Uint32Array, hasPidfd: boolean, shelf: Shelf) {
    this.#pairs = pairs
    this.#hasPidfd = hasPidfd
    this.#shelf = shelf
    unreachable.register(info, this, this)
    shelf.add(this)
  }

  get size(): number {
    return this.#pairs.length / 2
  }

  /** Whether its descriptors were closed before anybody looked. */
  get dropped(): boolean {
    return this.#pairs.length === 0
  }

  get fds(): ReceivedFd[] {
    return this.#look().fds
  }

  get pidfd(): ReceivedFd | undefined {
    return this.#look().pidfd
  }

  /** What there is to see without looking. */
  preview(): { fds: unknown[]; pidfd?: unknown } {
    const all = this.#seen?.fds.slice() ?? Array.from(this.#numbers(), (fd) => ({ fd }))
    const pidfd = this.#seen === undefined ? this.#hasPidfd && all.shift() : this.#seen.pidfd
    return { fds: all, ...(this.#hasPidfd && { pidfd }) }
  }

  *#numbers(): Generator<number> {
    for (let place = 1; place < this.#pairs.length; place += 2) yield this.#pairs[place] as number
  }

  /** Closes what nobody has looked at. */
  drop(): void {
    if (this.#seen !== undefined) return
    this.#leave()
    let closed = 0
    for (let place = 0; place < this.#pairs.length; place += 2) {
      closed += Number(binding.closeReceived(this.#pairs[place] as number))
    }
    this.#pairs = new Uint32Array()
    unclaimed(closed)
  }

  #look() {
    if (this.#seen === undefined) {
      this.#leave()
      const fds: ReceivedFd[] = []
      for (let place = 0; place < this.#pairs.length; place += 2) {
        const [id, fd] = this.#pairs.subarray(place, place + 2) as unknown as [number, number]
        fds.push(receivedFd(id, fd))
      }
      const pidfd = this.#hasPidfd ? fds.shift() : undefined
      this.#seen = { fds, pidfd }
    }
    return this.#seen
  }

  #leave(): void {
    this.#shelf.remove(this)
    unreachable.unregister(this)
  }
}

/** An enumerable property that is asked for when somebody looks. */
function look(get: () => unknown): PropertyDescriptor {
  return { get, enumerable: true, configurable: true }
}

/** Puts descriptors that came with a message on its info: `pairs` as in a {@link Parcel}. */
export function attach(info: MessageInfo, pairs: Uint32Array, hasPidfd: boolean, end: End): Parcel {
  const parcel = new Parcel(info, pairs, hasPidfd, shelfOf(end))
  const truncated = info.fdsTruncated
  // Opening them has cost the system more than the message, and so will closing them.
  spend(parcel.size * 2048)
  Object.defineProperties(info, {
    fds: look(() => parcel.fds),
    fdsTruncated: look(() => truncated || parcel.dropped),
    ...(hasPidfd && { pidfd: look(() => parcel.pidfd) }),
    // console.log() is no look.
    [inspect.custom]: {
      value(_depth: number, options: InspectOptions) {
        const plain = Object.entries(Object.getOwnPropertyDescriptors(info))
        const known = plain.flatMap(([name, { value }]) =>
          value === undefined ? [] : [[name, value]],
        )
        const fdsTruncated = truncated || parcel.dropped
        return inspect({ ...Object.fromEntries(known), ...parcel.preview(), fdsTruncated }, options)
      },
    },
  })
  return parcel
}
