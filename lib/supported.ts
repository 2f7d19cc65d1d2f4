import { fstatSync } from 'node:fs'
import { available, binding, readiness } from './native.js'

/** What this system can make, and how the package does its work here. */
export interface Supported {
  /** Stream pairs. */
  readonly stream: boolean
  /** Datagram pairs. */
  readonly dgram: boolean
  /** Seqpacket pairs; macOS has none. */
  readonly seqpacket: boolean
  /**
   * What tells this thread which ends are ready: `loop`, the event loop of Node or Electron itself, or
   * `tokio`, a thread of the package. `loop` is the quicker one and the default on Linux; the environment
   * variable `SOCKETPAIR_READINESS`, read when the package is imported, asks for one of the two. On other
   * systems, in other runtimes and where the host's libuv is not as known it is always `tokio`.
   */
  readonly readiness: 'loop' | 'tokio'
  /**
   * Whether `node:fs` and its like take the number of a descriptor that they have not opened, such as one of
   * {@link Socket.detach} or {@link ReceivedFd.take}. Deno's refuse it (EBADF): there
   * {@link ReceivedFd.toSocket} and `Socket.fromFd(number).close()` are the ways on. Numbers that `fs` gives can
   * be sent everywhere.
   */
  readonly foreignDescriptors: boolean
}

let foreignDescriptors: boolean | undefined

function takesForeignDescriptors(): boolean {
  if (!available) return false
  const [one, other] = binding.makePair({
    kind: 'stream',
    protocol: 0,
    nonBlocking: [false, false],
    closeOnExec: [true, true],
  })
  try {
    fstatSync(one.fd)
    return true
  } catch {
    return false
  } finally {
    binding.close(one.id)
    binding.close(other.id)
  }
}

/** What this system can make, found out by making one of each. */
export const supported: Supported = Object.freeze({
  ...(available ? binding.supported() : { stream: false, dgram: false, seqpacket: false }),
  get readiness() {
    return readiness()
  },
  get foreignDescriptors() {
    return (foreignDescriptors ??= takesForeignDescriptors())
  },
})
