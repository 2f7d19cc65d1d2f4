import type { End } from './end.js'

/** Descriptors that one end keeps for messages whose `fds` nobody has looked at: four full messages. */
const MOST_UNSEEN = 1012

/** The descriptors of a message that nobody has looked at. */
export interface Unseen {
  readonly size: number
  /** Closes them, and takes them off the shelf. */
  drop(): void
}

/**
 * The descriptors of messages that nobody has looked at yet. A reader who never looks must not run out of
 * descriptors for it, so of an end's such messages the latest keep theirs, and the others lose them.
 */
export class Shelf {
  readonly #unseen = new Set<Unseen>()
  #count = 0

  add(unseen: Unseen): void {
    this.#unseen.add(unseen)
    this.#count += unseen.size
    for (const oldest of this.#unseen) {
      if (this.#count <= MOST_UNSEEN) break
      if (oldest !== unseen) oldest.drop()
    }
  }

  remove(unseen: Unseen): void {
    if (this.#unseen.delete(unseen)) this.#count -= unseen.size
  }
}

const shelves = new WeakMap<End, Shelf>()

/** The shelf of an end. */
export function shelfOf(end: End): Shelf {
  const known = shelves.get(end)
  if (known !== undefined) return known
  const made = new Shelf()
  shelves.set(end, made)
  return made
}
