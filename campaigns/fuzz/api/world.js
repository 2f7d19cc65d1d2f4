// What one program of the API fuzzer works on: its sockets and channels, and the promises that must settle.

import { socketpair, stats } from 'socketpair'
import { fault, setContext, trace } from '../../shared/program.js'
import { isExpected } from './hostile.js'

/** Operations that are shown when something is wrong. */
const SHOWN = 60

/** How deep getters may make calls whose getters make calls. */
const DEEPEST = 3

export class World {
  /** @type {any[]} open or closed */
  sockets = []
  /** @type {any[]} */
  channels = []
  /** @type {any[]} */
  duplexes = []
  /** @type {AbortController[]} */
  controllers = []
  /** @type {ArrayBuffer[]} which can be resized or detached while operations wait */
  memories = []
  /** @type {{ whole: Uint8Array, from: number, to: number }[]} views with bytes around them that stay */
  guarded = []
  /** @type {any[]} */
  tokens = []
  /** @type {Map<number, string>} */
  pending = new Map()
  operations = 0
  /** @type {((world: World) => void)[]} what a getter, a codec or a handler may do */
  disturbances = []
  #depth = 0
  /** @type {any} */
  #counters = stats()
  /** @type {string[]} */
  #log = []

  /** @param {import('../../shared/random.js').Random} random */
  constructor(random) {
    this.random = random
    setContext(() => this.#log.join('\n'))
  }

  makePair() {
    const type = this.random.pick(/** @type {const} */ (['stream', 'stream', 'dgram', 'seqpacket']))
    const pair = socketpair(type)
    this.sockets.push(...pair)
    return pair
  }

  get socket() {
    if (this.sockets.length === 0) this.makePair()
    return this.random.pick(this.sockets)
  }

  /**
   * To be called before bytes go to or from a socket: a channel over it reads what is no frame from now on.
   *
   * @param {any} socket
   */
  mixes(socket) {
    if (!this.channels.some((channel) => channel.socket === socket)) return
    for (const channel of this.channels) channel.mixed = true
  }

  /** @param {string} text */
  note(text) {
    this.#log.push(text)
    if (this.#log.length > SHOWN) this.#log.shift()
    trace(text)
  }

  /**
   * @param {string} message
   * @param {unknown} [error]
   * @returns {never}
   */
  fail(message, error) {
    fault(message, error)
  }

  /** Does something that no caller would expect here, or nothing. */
  disturb() {
    if (this.#depth >= DEEPEST) return
    this.#depth++
    try {
      this.random.pick(this.disturbances)(this)
    } finally {
      this.#depth--
    }
  }

  /**
   * Makes a call; what it throws must be an error of the package or of the caller.
   *
   * @param {string} what
   * @param {() => any} call
   */
  attempt(what, call) {
    this.operations++
    this.note(what)
    let result
    try {
      result = call()
    } catch (error) {
      if (!isExpected(error)) this.fail(`${what} threw what has no code`, error)
      trace(`  threw ${String(error)}`)
      return null
    }
    if (typeof result?.then === 'function') this.#watch(what, result)
    else discard(result)
    return result
  }

  /**
   * @param {string} what
   * @param {Promise<any>} promise
   */
  #watch(what, promise) {
    const number = this.operations
    this.pending.set(number, what)
    promise.then(
      (value) => {
        this.pending.delete(number)
        return discard(value)
      },
      (error) => {
        this.pending.delete(number)
        if (!isExpected(error)) this.fail(`${what} rejected with what has no code`, error)
      },
    )
  }

  /** No counter falls below zero, and those that only count up never fall. */
  checkCounters() {
    const now = stats()
    for (const [name, value] of Object.entries(now)) {
      const least = RISING.has(name) ? this.#counters[name] : 0
      if (!(value >= least)) this.fail(`stats().${name} is ${value}, and was ${least}`)
    }
    if (now.spinsReady > now.spins) this.fail(`stats() says ${JSON.stringify(now)}`)
    this.#counters = now
  }

  /** The bytes around the memory that was given are what they were. */
  checkGuards() {
    for (const { whole, from, to } of this.guarded) {
      if (whole.length === 0) continue
      if (whole.some((byte, at) => (at < from || at >= to) && byte !== GUARD)) {
        this.fail('bytes beside the memory that was given were changed')
      }
    }
  }
}

/** Counters of stats() that are totals since the start. */
const RISING = new Set(['wakes', 'batches', 'spins', 'spinsReady'])

/** The byte around views. */
export const GUARD = 0xee

/**
 * Closes the descriptors that came with a value.
 *
 * @param {any} value
 */
export function discard(value) {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  for (const received of value.fds ?? []) received.close()
  value.pidfd?.close()
}
