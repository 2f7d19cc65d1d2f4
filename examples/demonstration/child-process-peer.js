// A child with Node's own message channel.

/** @import { Peer } from './routes.js' */

import { once } from 'node:events'

/** @implements {Peer} */
export class ChildProcessPeer {
  #child
  /** @type {string[]} */
  #answers = []
  /** @type {((value: null) => void) | undefined} */
  #onEcho

  /** @param {import('node:child_process').ChildProcess} child */
  constructor(child) {
    this.#child = child
    child.on('message', (message) => {
      if (typeof message === 'string') this.#answers.push(message)
      else this.#onEcho?.(null)
    })
  }

  /** @param {Uint8Array} piece */
  send(piece) {
    return new Promise((resolve, reject) => {
      const hasRoom = this.#child.send(piece, (error) => (error ? reject(error) : resolve(error)))
      if (hasRoom) resolve(null)
    })
  }

  finish() {
    this.#child.send('end')
  }

  async answer() {
    while (this.#answers.length === 0) await once(this.#child, 'message')
    return /** @type {string} */ (this.#answers.shift())
  }

  /** @param {Uint8Array} message */
  exchange(message) {
    return new Promise((/** @type {(value: null) => void} */ resolve) => {
      this.#onEcho = resolve
      this.#child.send(message)
    })
  }

  close() {
    if (this.#child.connected) this.#child.disconnect()
  }
}
