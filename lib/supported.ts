import { available, binding } from './native.js'

/** What this system can make. */
export interface Supported {
  /** Stream pairs. */
  readonly stream: boolean
  /** Datagram pairs. */
  readonly dgram: boolean
  /** Seqpacket pairs; macOS has none. */
  readonly seqpacket: boolean
}

/** What this system can make, found out by making one of each. */
export const supported: Supported = Object.freeze(
  available ? binding.supported() : { stream: false, dgram: false, seqpacket: false },
)
