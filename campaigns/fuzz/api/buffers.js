// Memory for calls, honest and hostile. What is sent is made of few different bytes, so that a byte of
// other memory shows.

import { GUARD } from './world.js'

/** @typedef {import('./world.js').World} World */

/** What buffers are filled with. */
export const FILL = 0xa5
const LETTER = 'h'

/** The bytes that any honest or hostile value is made of: of a lone surrogate goes U+FFFD. */
export const KNOWN = new Set([FILL, 0x68, 0xef, 0xbf, 0xbd])

const LIES = [Number.NaN, -1, 0, 1, 10, 5000, 2 ** 20, 2 ** 31, 2 ** 53, -0.5, Infinity, '7', null]

/**
 * A subclass that lies about itself.
 *
 * @param {World} world
 * @param {number} length
 */
function liar(world, length) {
  const { random } = world
  const view = new (class extends Uint8Array {})(length).fill(FILL)
  for (const name of ['length', 'byteLength', 'byteOffset', 'buffer', 'constructor']) {
    if (!random.once(name === 'length' ? 2 : 4)) continue
    const lie = random.pick(LIES)
    let readings = random.below(4)
    const disturbs = random.once(3)
    Object.defineProperty(view, name, {
      get() {
        if (disturbs && readings-- === 0) world.disturb()
        return lie
      },
    })
  }
  return view
}

/**
 * A view in the middle of memory whose other bytes must stay.
 *
 * @param {World} world
 * @param {number} length
 */
function guarded(world, length) {
  const from = world.random.below(64)
  const whole = new Uint8Array(from + length + world.random.below(64)).fill(GUARD)
  world.guarded.push({ whole, from, to: from + length })
  const view = whole.subarray(from, from + length)
  return world.random.once(2) ? view.fill(FILL) : Buffer.from(view.buffer, from, length).fill(FILL)
}

/**
 * A view of memory that grows, shrinks or goes elsewhere later.
 *
 * @param {World} world
 * @param {number} length
 */
function movable(world, length) {
  const memory = new ArrayBuffer(length, { maxByteLength: length * 2 + 64 })
  world.memories.push(memory)
  const view = world.random.once(2) ? new Uint8Array(memory) : new Uint8Array(memory, 0, length)
  return view.fill(FILL)
}

/** @param {number} length */
function detached(length) {
  const view = new Uint8Array(length)
  structuredClone(view.buffer, { transfer: [view.buffer] })
  return view
}

/**
 * @param {World} world
 * @param {number} [longest]
 * @returns {any}
 */
export function memoryFor(world, longest = Infinity) {
  const { random } = world
  const length = Math.min(random.length(), longest)
  switch (random.below(16)) {
    case 0: {
      return liar(world, Math.min(length, 1000))
    }
    case 1:
    case 2: {
      return movable(world, length)
    }
    case 3: {
      return detached(length)
    }
    case 4: {
      return new Uint8Array(new SharedArrayBuffer(length)).fill(FILL)
    }
    case 5: {
      return new Proxy(new Uint8Array(8), {})
    }
    case 6: {
      const { proxy, revoke } = Proxy.revocable(new Uint8Array(8), {})
      revoke()
      return proxy
    }
    case 7: {
      return random.pick([null, undefined, 7, {}, [], new DataView(new ArrayBuffer(4)), () => {}])
    }
    case 8: {
      const plain = Buffer.alloc(length, FILL)
      world.memories.push(/** @type {ArrayBuffer} */ (plain.buffer))
      return plain
    }
    default: {
      return guarded(world, length)
    }
  }
}

/**
 * What can be sent, or looks like it.
 *
 * @param {World} world
 * @param {number} [longest]
 * @returns {any}
 */
export function data(world, longest = Infinity) {
  const { random } = world
  if (random.once(6)) return LETTER.repeat(Math.min(random.length(), longest))
  if (random.once(40)) return '\uD800'
  return memoryFor(world, longest)
}

/**
 * A list, or something that looks like it: of changing length, with holes, or with getters.
 *
 * @param {World} world
 * @param {() => any} make an entry
 * @returns {any}
 */
export function list(world, make) {
  const { random } = world
  const entries = Array.from({ length: random.once(30) ? 1100 : random.below(6) }, make)
  switch (random.below(10)) {
    case 0: {
      entries.length += 2
      return entries
    }
    case 1: {
      const at = random.below(entries.length + 1)
      Object.defineProperty(entries, at, {
        get() {
          if (random.once(2)) entries.length = 0
          world.disturb()
          return make()
        },
        configurable: true,
        enumerable: true,
      })
      return entries
    }
    case 2: {
      return new Proxy(entries, {
        get(target, key, receiver) {
          if (random.once(3)) world.disturb()
          return Reflect.get(target, key, receiver)
        },
      })
    }
    case 3: {
      return random.pick([null, {}, new Set(entries), { length: 3 }, 'abc', new Uint8Array(3)])
    }
    case 4: {
      Object.defineProperty(entries, Symbol.iterator, {
        value: function* endless() {
          for (let i = 0; i < 3; i++) {
            world.disturb()
            yield make()
          }
        },
      })
      return entries
    }
    default: {
      return entries
    }
  }
}
