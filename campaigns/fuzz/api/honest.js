// Honest traffic beside the hostile: what is sent arrives, in order, and nothing else.

import { Channel, socketpair } from 'socketpair'

const PERIOD = 251
/** Bytes of the pattern: any stretch of it can be cut out. */
const pattern = Buffer.from(Array.from({ length: 70_000 + PERIOD }, (_, at) => (at % PERIOD) % 100))

export class Honest {
  #stream = socketpair()
  #channel = socketpair().map((end) => new Channel(end))
  #wrote = 0
  #read = 0
  #sent = 0
  #received = 0
  /** @type {Promise<unknown>[]} */
  #writes = []

  /** @param {import('../../shared/random.js').Random} random */
  constructor(random) {
    this.random = random
    this.#receiving = this.#receive()
    this.#reading = this.#readAll()
  }
  #receiving
  #reading

  write() {
    const length = 1 + this.random.below(this.random.pick([100, 5000, 70_000]))
    const from = this.#wrote % PERIOD
    this.#wrote += length
    this.#writes.push(this.#stream[0].write(pattern.subarray(from, from + length)))
  }

  send() {
    const number = this.#sent++
    const body = Buffer.alloc(8 + this.random.pick([0, 10, 1000, 40_000]), number % PERIOD)
    body.writeUInt32LE(number)
    this.#writes.push(/** @type {Channel} */ (this.#channel[0]).send(body))
  }

  async #readAll() {
    const buffer = Buffer.alloc(66_000)
    for (;;) {
      const length = await this.#stream[1].read(buffer)
      if (length === 0) return
      const from = this.#read % PERIOD
      this.#read += length
      if (!buffer.subarray(0, length).equals(pattern.subarray(from, from + length))) {
        throw new Error(`honest bytes before ${this.#read} are not what was written`)
      }
    }
  }

  async #receive() {
    for await (const body of /** @type {Channel} */ (this.#channel[1])) {
      const number = this.#received++
      const same = body.subarray(4).every((byte, at) => byte === (at < 0 ? 0 : number % PERIOD))
      if (body.readUInt32LE() !== number || !same) {
        throw new Error(`honest message ${number} is not what was sent`)
      }
    }
  }

  /** Waits until all that was sent has arrived, and closes. */
  async finish() {
    await Promise.all(this.#writes)
    this.#stream[0].close()
    await /** @type {Channel} */ (this.#channel[0]).close()
    await Promise.all([this.#reading, this.#receiving])
    this.#stream[1].close()
    await /** @type {Channel} */ (this.#channel[1]).close()
    if (this.#read !== this.#wrote || this.#received !== this.#sent) {
      throw new Error(
        `${this.#read} of ${this.#wrote} honest bytes and ${this.#received} of ${this.#sent} messages arrived`,
      )
    }
  }
}
