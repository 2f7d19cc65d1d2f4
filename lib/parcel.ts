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

/** Descriptors that came with one message, made into objects when somebody looks. */
export class Parcel {
  readonly #shelf: Shelf
  /** The addon's number and the descriptor, of each. */
  #pairs: Uint32Array
  #seen: ReceivedFd[] | undefined

  constructor(info: MessageInfo, pairs: Uint32Array, shelf: Shelf) {
    this.#pairs = pairs
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

  look(): ReceivedFd[] {
    if (this.#seen === undefined) {
      this.#leave()
      this.#seen = this.#map(receivedFd)
    }
    return this.#seen
  }

  /** What there is to see without looking. */
  preview(): unknown[] {
    return this.#seen ?? this.#map((_, fd) => ({ fd }))
  }

  /** Closes what nobody has looked at. */
  drop(): void {
    if (this.#seen !== undefined) return
    this.#leave()
    const closed = this.#map((id) => binding.closeReceived(id))
    this.#pairs = new Uint32Array()
    unclaimed(closed.filter(Boolean).length)
  }

  #map<T>(each: (id: number, fd: number) => T): T[] {
    return Array.from({ length: this.size }, (_, index) =>
      each(this.#pairs[index * 2] as number, this.#pairs[index * 2 + 1] as number),
    )
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

/** Puts what came with a message on its info: descriptors as in a {@link Parcel}, and a pidfd likewise. */
export function attach(
  info: MessageInfo,
  pairs: Uint32Array,
  pidfdPair: Uint32Array,
  end: End,
): Parcel[] {
  const shelf = shelfOf(end)
  const truncated = info.fdsTruncated
  const fds = new Parcel(info, pairs, shelf)
  const pidfd = pidfdPair.length > 0 ? new Parcel(info, pidfdPair, shelf) : undefined
  // Opening them has cost the system more than the message, and so will closing them.
  spend((fds.size + (pidfd?.size ?? 0)) * 2048)
  const isTruncated = () => truncated || (fds.dropped && pairs.length > 0)
  Object.defineProperties(info, {
    // Beside a pidfd alone the list stays the empty one.
    ...(fds.size > 0 && { fds: look(() => fds.look()), fdsTruncated: look(isTruncated) }),
    ...(pidfd && { pidfd: look(() => pidfd.look()[0]) }),
    // console.log() is no look.
    [inspect.custom]: {
      value(_depth: number, options: InspectOptions) {
        const plain = Object.entries(Object.getOwnPropertyDescriptors(info))
        const known = plain.flatMap(([name, { value }]) =>
          value === undefined ? [] : [[name, value]],
        )
        const looked = {
          fds: fds.preview(),
          fdsTruncated: isTruncated(),
          ...(pidfd && { pidfd: pidfd.preview()[0] }),
        }
        return inspect({ ...Object.fromEntries(known), ...looked }, options)
      },
    },
  })
  return pidfd === undefined ? [fds] : [fds, pidfd]
}
