// Our end of a stream pair of this package.

/** @import { Peer } from './routes.js' */

import { LineReader } from './line-reader.js'

/** @implements {Peer} */
export class StreamPeer {
  #socket
  #lines
  #echo = Buffer.alloc(64)

  /** @param {import('socketpair').StreamSocket} socket */
  constructor(socket) {
    this.#socket = socket
    this.#lines = new LineReader(() => socket.readChunk())
  }

  /** @param {Uint8Array} piece */
  send(piece) {
    return this.#socket.write(piece)
  }

  finish() {
    this.#socket.shutdown('write')
  }

  answer() {
    return this.#lines.next()
  }

  /** @param {Uint8Array} message */
  async exchange(message) {
    await this.#socket.write(message)
    await this.#socket.readExactly(this.#echo)
  }

  close() {
    this.#socket.close()
  }
}
