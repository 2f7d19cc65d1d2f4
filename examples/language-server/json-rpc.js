// JSON-RPC as the Language Server Protocol frames it: a header with the length in bytes, an empty line, the
// message. It knows nothing of the package: any Duplex will do.

const HEADER_END = '\r\n\r\n'

/** @typedef {(params: any) => unknown} Handler */

export class Connection {
  #duplex
  #handlers
  #asked = new Map()
  #buffered = Buffer.alloc(0)
  #lastId = 0

  /**
   * @param {import('node:stream').Duplex} duplex
   * @param {Record<string, Handler>} handlers by method
   */
  constructor(duplex, handlers) {
    this.#duplex = duplex
    this.#handlers = handlers
    duplex.on('data', (/** @type {Buffer} */ chunk) => this.#take(chunk))
    duplex.on('end', () => duplex.end())
  }

  /**
   * @param {string} method
   * @param {unknown} params
   * @returns {Promise<any>}
   */
  request(method, params) {
    const id = ++this.#lastId
    this.#send({ id, method, params })
    return new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }))
  }

  /**
   * @param {string} method
   * @param {unknown} params
   */
  notify(method, params) {
    this.#send({ method, params })
  }

  end() {
    this.#duplex.end()
  }

  /** @param {object} message */
  #send(message) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    // Both in one system call.
    this.#duplex.cork()
    this.#duplex.write(`Content-Length: ${Buffer.byteLength(body)}${HEADER_END}`)
    this.#duplex.write(body)
    this.#duplex.uncork()
  }

  /** @param {Buffer} chunk */
  #take(chunk) {
    this.#buffered = Buffer.concat([this.#buffered, chunk])
    for (;;) {
      const headerEnd = this.#buffered.indexOf(HEADER_END)
      if (headerEnd === -1) return
      const header = this.#buffered.toString('latin1', 0, headerEnd)
      const length = Number(/^Content-Length: (\d+)$/im.exec(header)?.[1])
      if (Number.isNaN(length)) {
        this.#duplex.destroy(new Error(`no length in the header: ${header}`))
        return
      }
      const start = headerEnd + HEADER_END.length
      if (this.#buffered.length < start + length) return
      const message = JSON.parse(this.#buffered.toString('utf8', start, start + length))
      this.#buffered = this.#buffered.subarray(start + length)
      void this.#handle(message)
    }
  }

  /** @param {any} message */
  async #handle({ id, method, params, result, error }) {
    if (method === undefined) {
      const { resolve, reject } = this.#asked.get(id)
      this.#asked.delete(id)
      if (error === undefined) resolve(result)
      else reject(new Error(error.message))
      return
    }
    const handler = this.#handlers[method]
    if (id === undefined) {
      handler?.(params)
      return
    }
    try {
      if (handler === undefined) throw new Error(`unknown method: ${method}`)
      this.#send({ id, result: (await handler(params)) ?? null })
    } catch (failure) {
      const { message } = /** @type {Error} */ (failure)
      this.#send({ id, error: { code: -32_603, message } })
    }
  }
}
