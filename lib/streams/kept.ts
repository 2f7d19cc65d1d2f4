/** The streams over a socket or a channel are made when first asked for; from then on they are the same. */
import { errorOf, invalidState } from '../errors.js'
import type { DuplexOptions, SocketDuplex } from './socket-duplex.js'
import type { WebStreams } from './web-streams.js'

/** What streams stand over. */
interface Owner {
  readonly closed: boolean
}

// An owner that nobody can reach any more goes with its streams.
const duplexes = new WeakMap<Owner, SocketDuplex>()
const webStreams = new WeakMap<Owner, WebStreams<any, any>>()

/** @throws EBADF closed; ERR_INVALID_STATE there is one, and options for another */
export function keptDuplex<D extends SocketDuplex>(
  owner: Owner,
  options: DuplexOptions | undefined,
  make: () => D,
): D {
  const known = duplexes.get(owner)
  if (known !== undefined) {
    if (options === undefined) return known as D
    throw invalidState('there is a Duplex already, which has its own options')
  }
  checkOpen(owner)
  const made = make()
  // Reading the options may have run code of the caller's.
  checkOpen(owner)
  if (duplexes.has(owner)) throw invalidState('there is a Duplex already')
  made.listen()
  duplexes.set(owner, made)
  return made
}

/** @throws EBADF closed */
export function keptStreams<R, W>(owner: Owner, make: () => WebStreams<R, W>): WebStreams<R, W> {
  const known = webStreams.get(owner)
  if (known !== undefined) return known as WebStreams<R, W>
  checkOpen(owner)
  const made = make()
  webStreams.set(owner, made)
  return made
}

function checkOpen(owner: Owner): void {
  if (owner.closed) throw errorOf('EBADF', 'recvmsg')
}
