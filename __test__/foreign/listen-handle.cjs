// What a net.Server listens on in a process of shim.cjs: no socket, and no port of the kernel.
// @ts-nocheck It stands in for innards of Node that have no types.
'use strict'

const fs = require('node:fs')
const net = require('node:net')

/** Ports that the kernel gives to nobody by itself. */
let lastPort = 20_000 + (process.pid % 1000) * 10

function nextPort() {
  return ++lastPort
}

/** What listens: `port:1234` or `path:/tmp/x`. @type {Map<string, ListenHandle[]>} */
const listening = new Map()

const ANY = new Set([undefined, null, '', '::', '0.0.0.0'])

/** In place of the kernel's socket that a net.Server listens on. */
class ListenHandle {
  /** Keeps the process running, as a socket that listens does. */
  #alive = setInterval(() => {}, 2 ** 30)

  constructor(server, address, port) {
    this.server = server
    this.isPath = port === -1 || port === undefined || port === null
    if (this.isPath) {
      this.path = address
      fs.writeFileSync(address, '', { flag: 'wx' })
    } else {
      this.port = port === 0 ? nextPort() : port
      this.addressAsked = address
      this.ownAddress = {
        address: address || '::',
        family: net.isIPv4(address || '') ? 'IPv4' : 'IPv6',
        port: this.port,
      }
      this.getsockname = (out) => {
        Object.assign(out, this.ownAddress)
        return 0
      }
    }
    this.key = this.isPath ? `path:${address}` : `port:${this.port}`
    const others = listening.get(this.key)
    if (others === undefined) listening.set(this.key, [this])
    else others.push(this)
  }

  static inUse(address, port) {
    const others = listening.get(
      port === -1 || port === undefined ? `path:${address}` : `port:${port}`,
    )
    if (others === undefined) return false
    return others.some(
      ({ addressAsked }) => addressAsked === address || ANY.has(addressAsked) || ANY.has(address),
    )
  }

  listen() {
    return 0
  }

  close(callback) {
    clearInterval(this.#alive)
    const others = listening.get(this.key)?.filter((one) => one !== this) ?? []
    if (others.length === 0) listening.delete(this.key)
    else listening.set(this.key, others)
    if (this.isPath) fs.rmSync(this.path, { force: true })
    if (callback) setImmediate(callback)
  }

  fchmod(mode) {
    // Who may write may connect, by libuv's constants.
    fs.chmodSync(this.path, 0o600 | (mode & 1 ? 0o444 : 0) | (mode & 2 ? 0o222 : 0))
    return 0
  }

  ref() {
    this.#alive.ref()
  }

  unref() {
    this.#alive.unref()
  }

  hasRef() {
    return this.#alive.hasRef()
  }
}

module.exports = { ANY, ListenHandle, listening, nextPort }
