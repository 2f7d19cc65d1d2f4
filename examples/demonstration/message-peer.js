// Our end of a datagram or seqpacket pair of this package.

/** @import { Peer } from './routes.js' */

/** @implements {Peer} */
export class MessagePeer {
  #socket
  #echo = Buffer.alloc(64)

  /** @param {import('socketpair').DatagramSocket | import('socketpair').SeqpacketSocket} socket */
  constructor(socket) {
    this.#socket = socket
  }

  /** @param {Uint8Array} piece */
  send(piece) {
    return this.#socket.send(piece)
  }

  finish() {
    if (this.#socket.type === 'seqpacket') return this.#socket.shutdown('write')
    // Datagrams have no end-of-file, so an empty message is agreed on as the end.
    return this.#socket.send('')
  }

  async answer() {
    const message = await this.#socket.recv()
    if (message === null) throw new Error('the child closed its end early')
    return message.data.toString().trimEnd()
  }

  /** @param {Uint8Array} message */
  async exchange(message) {
    await this.#socket.send(message)
    await this.#socket.recvInto(this.#echo)
  }

  close() {
    this.#socket.close()
  }
}
