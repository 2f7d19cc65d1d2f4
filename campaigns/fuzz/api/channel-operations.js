// Calls on channels, with codecs and handlers that do what they must not.

import { Channel, socketpair } from 'socketpair'
import { Duplex } from 'node:stream'
import { KNOWN, FILL, data } from './buffers.js'
import { Hostile } from './hostile.js'
import { options, passable } from './options.js'

/** @typedef {import('./world.js').World} World */

/**
 * A codec that disturbs.
 *
 * @param {World} world
 */
function codec(world) {
  const { random } = world
  return {
    encode(/** @type {any} */ value) {
      if (random.once(6)) world.disturb()
      if (random.once(20)) return random.pick([null, 'text', 7, {}])
      if (typeof value !== 'string' && !ArrayBuffer.isView(value)) return data(world)
      try {
        return Buffer.from(String(value))
      } catch {
        throw new Hostile('encode')
      }
    },
    decode(/** @type {Buffer} */ bytes) {
      if (random.once(4)) world.disturb()
      if (random.once(20)) return random.pick([null, undefined])
      return random.once(10) ? Promise.resolve(bytes) : { bytes }
    },
  }
}

/** Two channels over something that carries them. */
function transports(/** @type {World} */ { random }) {
  const type = random.pick(
    /** @type {const} */ (['stream', 'stream', 'seqpacket', 'dgram', 'duplex']),
  )
  if (type !== 'duplex') return socketpair(type)
  const [one, other] = socketpair()
  return [one.toDuplex(), random.once(2) ? other.toDuplex() : Duplex.from(other.toDuplex())]
}

/** @param {World} world */
export function makeChannels(world) {
  const { random } = world
  const how = random.pick(['raw', 'raw', 'json', 'v8', 'custom'])
  const limits = random.once(2)
    ? {}
    : { maxMessageBytes: 10_000, highWaterMark: random.pick([1, 1000]) }
  for (const transport of transports(world)) {
    if ('once' in transport) transport.on('error', () => {})
    else world.sockets.push(transport)
    const made = how === 'custom' ? codec(world) : how
    const settings = /** @type {any} */ (how === 'raw' ? limits : { ...limits, codec: made })
    const channel = new Channel(/** @type {any} */ (transport), settings)
    Object.assign(channel, { how })
    world.channels.push(channel)
  }
}

/**
 * A value for a channel.
 *
 * @param {World} world
 * @param {any} channel
 */
function valueFor(world, { how }) {
  const { random } = world
  if (how === 'raw' || random.once(8)) return data(world)
  return random.pick([
    1,
    'h',
    [1, 2, 3],
    { h: ['h'] },
    1n,
    null,
    undefined,
    new Map([[1, 2]]),
    () => {},
  ])
}

/**
 * What arrived is made of bytes that were sent.
 *
 * @param {World} world
 * @param {any} channel
 * @param {any} values
 */
function check(world, channel, values) {
  if (channel.how !== 'raw' || channel.mixed) return
  for (const each of Array.isArray(values) ? values : [values?.value ?? values]) {
    if (!ArrayBuffer.isView(each)) continue
    const bytes = /** @type {Uint8Array} */ (each)
    const stranger = bytes.find((byte) => !KNOWN.has(byte))
    if (stranger !== undefined) {
      world.fail(`a message of ${bytes.length} bytes holds one that was never sent: ${stranger}`)
    }
  }
}

/**
 * @param {World} world
 * @param {any} channel
 * @param {Promise<any>} promise
 */
function checked(world, channel, promise) {
  promise.then((values) => check(world, channel, values)).catch(() => {})
  return promise
}

/**
 * @param {World} world
 * @param {any} channel
 */
function setHandler(world, channel) {
  const { random } = world
  if (random.once(5)) return channel.onRequest(random.pick([null, 7, {}, undefined]))
  const way = random.below(7)
  return channel.onRequest((/** @type {any} */ asked) => {
    check(world, channel, asked)
    if (way === 0) throw new Hostile('a handler')
    if (way === 1) world.disturb()
    if (way === 2) return new Promise(() => {})
    if (way === 3) {
      return {
        // oxlint-disable-next-line unicorn/no-thenable -- a hostile one is meant
        get then() {
          world.disturb()
          throw new Hostile('then')
        },
      }
    }
    if (way === 4) return random.pick([null, undefined, 7, {}])
    return Buffer.alloc(random.below(100), FILL)
  })
}

/** @type {readonly (readonly [string, (world: World, channel: any) => any])[]} */
export const ofChannels = [
  ['send', (w, c) => c.send(valueFor(w, c), options(w, 'signal', 'timeout'))],
  ['send', (w, c) => c.send(valueFor(w, c), options(w, 'signal', 'timeout', 'fds'))],
  ['send', (w, c) => c.send(valueFor(w, c), { fds: [passable(w)] })],
  ['trySend', (w, c) => c.trySend(valueFor(w, c))],
  ['recv', (w, c) => checked(w, c, c.recv(options(w, 'signal', 'timeout')))],
  ['recvMessage', (w, c) => checked(w, c, c.recvMessage(options(w, 'signal', 'timeout')))],
  ['recvMany', (w, c) => c.recvMany(options(w, 'signal', 'timeout', 'max', 'copy'))],
  ['recvMany', (w, c) => checked(w, c, c.recvMany({ copy: true }))],
  ['request', (w, c) => c.request(valueFor(w, c), options(w, 'signal', 'timeout'))],
  ['onRequest', setHandler],
  ['flush', (w, c) => c.flush(options(w, 'signal', 'timeout'))],
  ['close', (w, c) => (w.random.once(3) ? c.close(options(w, 'signal', 'timeout')) : undefined)],
  ['ref', (_, c) => void c.ref()],
  ['unref', (_, c) => void c.unref()],
  [
    'toDuplex',
    (w, c) => {
      if (!w.random.once(8)) return
      const duplex = c.toDuplex(options(w, 'signal', 'allowHalfOpen'))
      duplex.on('error', () => {})
      duplex.resume()
    },
  ],
]
