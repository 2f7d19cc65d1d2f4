// node --require shim.cjs FILE: connections within a process are made of pairs of this package. `net.connect()`
// and `tls.connect()` give one end of a pair, and the net.Server that listens gets the other.
//
// Listening takes no port and makes no socket: addresses are those that the callers named. A connection to
// whatever does not listen in this process is Node's own, with its errors.
//
// SOCKETPAIR_FOREIGN_ENDS says what the ends are: `duplex`, of toDuplex(); or `net`, net.Sockets made of the
// same ends, which shows what is due to the pairs and to this file.
// @ts-nocheck It stands in for innards of Node that have no types.
/* oxlint-disable no-underscore-dangle, no-shadow, unicorn/consistent-function-scoping */
'use strict'

const dns = require('node:dns')
const fs = require('node:fs')
const net = require('node:net')
const tls = require('node:tls')
const { socketpair } = quietly(() => require('socketpair'))

/** @typedef {import('node:stream').Duplex & Record<string, any>} Peer either kind of end, as the tests see it */
/** @typedef {{ address: string, family: string, port: number } | Record<string, never>} Address */

const overDuplex = process.env.SOCKETPAIR_FOREIGN_ENDS !== 'net'

/** Ports that the kernel gives to nobody by itself. */
let lastPort = 20_000 + (process.pid % 1000) * 10

/** What listens: `port:1234` or `path:/tmp/x`. @type {Map<string, ListenHandle[]>} */
const listening = new Map()

/** Without the warning that require() of a module is experimental in Node 20. */
function quietly(/** @type {() => any} */ load) {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}

const ANY = new Set([undefined, null, '', '::', '0.0.0.0'])

/** In place of the kernel's socket that a net.Server listens on. */
class ListenHandle {
  /** Keeps the process running, as a socket that listens does. */
  #alive = setInterval(() => {}, 2 ** 30)

  constructor(server, address, port, family) {
    this.server = server
    this.isPath = port === -1 || port === undefined || port === null
    if (this.isPath) {
      this.path = address
      fs.writeFileSync(address, '', { flag: 'wx' })
    } else {
      this.port = port === 0 ? ++lastPort : port
      this.addressAsked = address
      this.ownAddress = {
        address: address || '::',
        family: family === 4 ? 'IPv4' : 'IPv6',
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

const setupListenHandle = net.Server.prototype._listen2
net.Server.prototype._listen2 = function (address, port, family, backlog, fd, flags) {
  if (!this._handle && typeof fd !== 'number') {
    if (port !== 0 && ListenHandle.inUse(address, port)) {
      const where = port > 0 ? `${address ?? '::'}:${port}` : address
      const error = failure(
        'EADDRINUSE',
        -98,
        'listen',
        `listen EADDRINUSE: address already in use ${where}`,
      )
      Object.assign(error, port > 0 ? { address: address ?? '::', port } : { address })
      process.nextTick(() => this.emit('error', error))
      return
    }
    if (port > 0 && port < 1024 && !isOurs(address))
      return setupListenHandle.call(this, address, port, family, backlog, fd, flags)
    if (!isOurs(address) && port !== -1 && port !== undefined) {
      return setupListenHandle.call(this, address, port, family, backlog, fd, flags)
    }
    try {
      this._handle = new ListenHandle(this, address, port, family)
    } catch {
      return setupListenHandle.call(this, address, port, family, backlog, fd, flags)
    }
  }
  setupListenHandle.call(this, address, port, family, backlog, fd, flags)
}

/** Whether it is an address of this machine for sure. */
function isOurs(address) {
  return (
    ANY.has(address) ||
    address === '::1' ||
    String(address).startsWith('127.') ||
    address === 'localhost'
  )
}

function failure(code, errno, syscall, message) {
  return Object.assign(new Error(message), { code, errno, syscall })
}

/** Who listens where the options of a connect() point. */
function listenerOf(options) {
  if (typeof options !== 'object' || options === null) return
  if (typeof options.path === 'string') return listening.get(`path:${options.path}`)?.[0]
  const { port, host } = options
  if (port === undefined || !/^(?:string|number)$/.test(typeof port)) return
  const handles = listening.get(`port:${Number(port)}`)
  if (handles === undefined) return
  if (!net.isIP(host ?? '')) return handles[0]
  if (!isOurs(host)) return
  const reaches = ({ ownAddress: { address } }) =>
    address === host || (ANY.has(address) && (net.isIPv4(host) || address !== '0.0.0.0'))
  return handles.find(reaches)
}

/** Makes what the tests see out of an end. @returns {Peer} */
function peerOf(
  end,
  { allowHalfOpen, highWaterMark, readableHighWaterMark, writableHighWaterMark, signal, onread },
) {
  const options = { allowHalfOpen: Boolean(allowHalfOpen) }
  const marks = { highWaterMark, readableHighWaterMark, writableHighWaterMark }
  for (const [name, mark] of Object.entries(marks)) if (mark !== undefined) options[name] = mark
  if (signal !== undefined) options.signal = signal
  if (overDuplex) return end.toDuplex(options)
  if (onread !== undefined) options.onread = onread
  return new net.Socket({ ...options, fd: end.detach(), manualStart: true })
}

/** Gives an end the addresses that it would have. */
function name(peer, local, remote) {
  const plain = (value) => ({ value, writable: true, configurable: true, enumerable: true })
  Object.defineProperties(peer, {
    localAddress: plain(local.address),
    localPort: plain(local.port),
    localFamily: plain(local.family),
    remoteAddress: plain(remote.address),
    remotePort: plain(remote.port),
    remoteFamily: plain(remote.family),
    address: { ...plain(() => ({ ...local })), enumerable: false },
  })
}

/** Hands an end to the server, as net.Server does with a connection. */
function accept(server, end, local, remote) {
  if (server.maxConnections && server._connections >= server.maxConnections) {
    end.close()
    server.emit('drop', {
      localAddress: local.address,
      localPort: local.port,
      localFamily: local.family,
      remoteAddress: remote.address,
      remotePort: remote.port,
      remoteFamily: remote.family,
    })
    return
  }
  const peer = peerOf(end, {
    allowHalfOpen: server.allowHalfOpen,
    highWaterMark: server.highWaterMark,
  })
  name(peer, local, remote)
  peer.server = server
  countOut(peer, server)
  if (server.pauseOnConnect) peer.pause()
  else peer.read(0)
  server._connections++
  server.emit('connection', peer)
}

/** When it is destroyed, the server has one connection less. */
function countOut(peer, server) {
  if (!overDuplex) {
    peer._server = server
    return
  }
  peer._server = server
  const destroy = peer._destroy
  Object.defineProperty(peer, '_destroy', {
    configurable: true,
    writable: true,
    value: function (error, callback) {
      destroy.call(this, error, callback)
      server._connections--
      server._emitCloseIfDrained()
    },
  })
}

/** The end of the one who connects; the other goes to the server. @returns {Peer} */
function connectTo(handle, options, callback) {
  const [near, far] = socketpair()
  const peer = peerOf(near, options)
  const local = handle.isPath
    ? {}
    : { address: clientAddress(handle, options), family: '', port: options.localPort ?? ++lastPort }
  if (!handle.isPath) local.family = net.isIPv4(local.address) ? 'IPv4' : 'IPv6'
  const remote = handle.isPath ? {} : { ...local, port: handle.port }
  let connecting = true
  if (overDuplex) {
    Object.defineProperty(peer, 'connecting', {
      get: () => connecting && !peer.destroyed,
      set: (value) => {
        connecting = value
      },
      configurable: true,
    })
    Object.defineProperty(peer, 'pending', {
      get: () => peer.connecting || peer.destroyed,
      configurable: true,
    })
  } else peer.connecting = true
  if (callback) peer.once('connect', callback)
  if (options.timeout) peer.setTimeout(options.timeout)
  const connect = () => {
    const { server } = handle
    if (listening.get(handle.key)?.includes(handle) !== true) {
      far.close()
      const where = handle.isPath ? handle.path : `${remote.address}:${remote.port}`
      const error = failure('ECONNREFUSED', -111, 'connect', `connect ECONNREFUSED ${where}`)
      peer.destroy(
        Object.assign(
          error,
          handle.isPath ? { address: handle.path } : { address: remote.address, port: remote.port },
        ),
      )
      return
    }
    name(peer, local, remote)
    // The server is told first, as by the kernel's loopback; and before HTTP/2, which takes any Duplex that is no
    // net.Socket for connected.
    const hand = overDuplex ? process.nextTick : setImmediate
    hand(() => accept(server, far, remote, local))
    setImmediate(() => {
      if (peer.destroyed) return
      peer.connecting = false
      peer.emit('connect')
      peer.emit('ready')
      if (!peer.isPaused()) peer.read(0)
    })
  }
  const { host, lookup = dns.lookup } = options
  if (handle.isPath || net.isIP(host ?? '') || (overDuplex && options.lookup === undefined))
    connect()
  else {
    const about = { family: options.family ?? 0, hints: options.hints ?? 0 }
    const asked =
      options.lookup === undefined
        ? (_host, _about, then) => setImmediate(then, null, local.address, net.isIP(local.address))
        : lookup
    asked(host ?? 'localhost', about, (error, address, family) => {
      peer.emit('lookup', error, address, family, host ?? 'localhost')
      if (peer.destroyed) return far.close()
      if (error) {
        far.close()
        process.nextTick(() => peer.destroy(error))
      } else connect()
    })
  }
  return peer
}

function clientAddress({ ownAddress }, { host, localAddress, family }) {
  if (localAddress) return localAddress
  if (net.isIP(host ?? '')) return ANY.has(host) ? (net.isIPv4(host) ? '127.0.0.1' : '::1') : host
  if (!ANY.has(ownAddress.address)) return ownAddress.address
  return family === 4 || ownAddress.address === '0.0.0.0' || host !== undefined
    ? '127.0.0.1'
    : '::1'
}

const realConnect = net.connect
net.connect = function connect(...args) {
  const [options, callback] = net._normalizeArgs(args)
  const handle = listenerOf(options)
  if (handle === undefined) return realConnect.apply(this, args)
  return connectTo(handle, options, callback)
}
net.createConnection = net.connect

// Who makes a net.Socket first and connects it then keeps it: it gets the descriptor of an end.
const connectSocket = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : net._normalizeArgs(args)
  const handle = listenerOf(options)
  if (handle !== undefined && (!this._handle || this.destroyed)) this._handle = pipeTo(handle, this)
  return connectSocket.apply(this, args)
}

/** A handle that connects to a ListenHandle. */
function pipeTo(handle, owner) {
  const [near, far] = socketpair()
  const socket = new net.Socket({ fd: near.detach(), manualStart: true })
  const pipe = socket._handle
  socket._handle = null
  for (const key of Object.getOwnPropertySymbols(pipe)) if (pipe[key] === socket) pipe[key] = owner
  const local = { address: '127.0.0.1', family: 'IPv4', port: ++lastPort }
  const connect = (request) => {
    const there = listening.get(handle.key)?.includes(handle) === true
    setImmediate(() => {
      if (there) accept(handle.server, far, { ...local, port: handle.port }, local)
      else far.close()
    })
    setImmediate(() => request.oncomplete(there ? 0 : -111, pipe, request, true, true))
    return 0
  }
  pipe.connect = connect
  pipe.connect6 = connect
  pipe.bind = () => 0
  pipe.bind6 = () => 0
  if (!handle.isPath) {
    pipe.getsockname = (out) => (Object.assign(out, local), 0)
    pipe.getpeername = (out) => (Object.assign(out, { ...local, port: handle.port }), 0)
  }
  return pipe
}

const realTlsConnect = tls.connect
tls.connect = function connect(...args) {
  const [given, callback] = net._normalizeArgs(args)
  const options = {
    ...given,
    ...[args[1], args[2]].find((arg) => typeof arg === 'object' && arg !== null),
  }
  const handle = options.socket ? undefined : listenerOf(options)
  if (handle === undefined) return realTlsConnect.apply(this, args)
  const socket = connectTo(handle, { ...options, onread: undefined })
  let secure
  try {
    secure = realTlsConnect.call(this, { ...options, socket }, callback)
  } catch (error) {
    // Node checks the options before it connects.
    socket.on('error', () => {}).destroy()
    throw error
  }
  if (options.timeout) secure.setTimeout(options.timeout)
  if (overDuplex) socket.once('connect', () => secure.emit('connect'))
  return secure
}
