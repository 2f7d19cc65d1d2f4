import type { Duplex } from 'node:stream'

/**
 * True if TLS or HTTP/2 of Node runs over the Duplex. Node wraps a Duplex that is no `net.Socket` then, and its
 * wrapper forwards the Duplex's `'error'`. Over a `net.Socket` these protocols keep a failed write to themselves
 * unless it carried something of the user, since they write by themselves too: `close_notify` of TLS and `GOAWAY`
 * of HTTP/2 often meet a peer that has closed already.
 *
 * The wrapper is not to be had, but for its listener. A Node that has another wrapper gets the error.
 */
export function carriesProtocol(duplex: Duplex): boolean {
  return duplex.listeners('data').some(isOfWrapper)
}

function isOfWrapper(listener: { readonly name: string; toString(): string }): boolean {
  return listener.name === 'ondata' && listener.toString().includes('_handle.readBuffer(')
}
