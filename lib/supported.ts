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

let probed: Supported | undefined

function probe(): Supported {
  probed ??= available ? binding.supported() : { stream: false, dgram: false, seqpacket: false }
  return probed
}

/** What this system can make, found out by making one of each at the first look. */
export const supported: Supported = Object.freeze({
  get stream() {
    return probe().stream
  },
  get dgram() {
    return probe().dgram
  },
  get seqpacket() {
    return probe().seqpacket
  },
})
