// The same end of a stream pair, used through Node's own net.Socket.

/** @import { Peer } from './routes.js' */

import { once } from 'node:events'
import { Socket } from 'node:net'
import { LineReader } from './line-reader.js'

/** @implements {Peer} */
export class NetSocketPeer {
  #socket
  #lines
  /** Bytes of the present exchange that are still to come. */
  #missing = 0
  /** @type {((value: null) => void) | undefined} */
  #onEcho

  /** @param {number} fd */
  constructor(fd) {
    this.#socket = new Socket({ fd })
    this.#lines = new LineReader(() => this.#nextChunk())
  }

  /** @param {Uint8Array} piece */
  send(piece) {
    return this.#socket.write(piece) ? undefined : once(this.#socket, 'drain')
  }

  finish() {
    this.#socket.end()
  }

  answer() {
    return this.#lines.next()
  }

  /** @param {Uint8Array} message */
  exchange(message) {
    // Listening from the first exchange on is how one would write it: 'data' is the fast way.
    if (this.#onEcho === undefined) this.#socket.on('data', (chunk) => this.#receive(chunk.length))
    this.#missing = message.length
    return new Promise((/** @type {(value: null) => void} */ resolve) => {
      this.#onEcho = resolve
      this.#socket.write(message)
    })
  }

  close() {
    this.#socket.destroy()
  }

  /** @param {number} bytes */
  #receive(bytes) {
    this.#missing -= bytes
    if (this.#missing === 0) this.#onEcho?.(null)
  }

  async #nextChunk() {
    for (;;) {
      const chunk = this.#socket.read()
      if (chunk !== null) return chunk
      if (this.#socket.readableEnded) return null
      await Promise.race([once(this.#socket, 'readable'), once(this.#socket, 'end')])
    }
  }
}
