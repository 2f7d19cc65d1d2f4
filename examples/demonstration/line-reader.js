// Lines of text out of a stream, which has no other boundaries.

export class LineReader {
  #read
  #text = ''

  /** @param {() => Promise<Buffer | null>} read the next bytes, null at the end */
  constructor(read) {
    this.#read = read
  }

  async next() {
    for (;;) {
      const end = this.#text.indexOf('\n')
      if (end >= 0) {
        const line = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 1)
        return line
      }
      const bytes = await this.#read()
      if (bytes === null) throw new Error('the child closed its end early')
      this.#text += bytes.toString()
    }
  }
}
