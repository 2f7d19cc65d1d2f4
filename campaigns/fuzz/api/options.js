// Options of calls, honest and hostile: getters that throw, close or abort at one of their readings, proxies,
// values of every wrong kind, and signals that are none.

import { Hostile } from './hostile.js'
import { list } from './buffers.js'

/** @typedef {import('./world.js').World} World */

const ODD = [
  null,
  true,
  1n,
  'x',
  Symbol('odd'),
  -1,
  0.5,
  Number.NaN,
  2 ** 31,
  2 ** 53,
  -Infinity,
  [],
  {},
  () => {},
]

/**
 * An object that can be listened to like a signal, in its own way.
 *
 * @param {World} world
 */
function falseSignal(world) {
  const { random } = world
  const way = random.below(6)
  let readings = random.below(4)
  return {
    get aborted() {
      if (way === 0 && readings-- === 0) world.disturb()
      return way === 1 && readings-- <= 0
    },
    get reason() {
      if (way === 2 && random.once(2)) throw new Hostile('reason')
      return new Hostile('a false signal')
    },
    addEventListener(/** @type {string} */ _type, /** @type {() => void} */ listener) {
      if (way === 3) throw new Hostile('addEventListener')
      if (way === 4) world.disturb()
      if (way === 5) listener()
    },
    removeEventListener() {},
  }
}

/**
 * @param {World} world
 * @returns {any}
 */
function signal(world) {
  const { random } = world
  switch (random.below(8)) {
    case 0: {
      return AbortSignal.abort(new Hostile('aborted before'))
    }
    case 1: {
      return AbortSignal.timeout(random.below(4))
    }
    case 2: {
      const real = new AbortController()
      world.controllers.push(real)
      Object.defineProperty(real.signal, 'addEventListener', {
        value() {
          if (random.once(2)) world.disturb()
          throw new Hostile('addEventListener')
        },
      })
      return real.signal
    }
    case 3: {
      return falseSignal(world)
    }
    default: {
      if (world.controllers.length > 0 && random.once(2))
        return random.pick(world.controllers).signal
      const controller = new AbortController()
      world.controllers.push(controller)
      return controller.signal
    }
  }
}

/**
 * A descriptor to pass, or something that looks like it.
 *
 * @param {World} world
 */
export function passable(world) {
  const { random } = world
  if (random.once(3)) return world.socket
  if (random.once(3)) {
    return {
      get fd() {
        world.disturb()
        return random.pick([0, 1, 2, -1, 99_999])
      },
    }
  }
  return random.pick([0, 1, 2, 2, 2, ...ODD])
}

/**
 * The value of an option.
 *
 * @param {World} world
 * @param {string} name
 * @returns {any}
 */
function value(world, name) {
  const { random } = world
  if (random.once(12)) return random.pick(ODD)
  switch (name) {
    case 'signal': {
      return signal(world)
    }
    case 'timeout': {
      return random.pick([0, 0, 1, 2, 5, 50, 1e3, 1e12, Infinity])
    }
    case 'fds': {
      return list(world, () => passable(world))
    }
    case 'lists': {
      return list(world, () => list(world, () => passable(world)))
    }
    case 'credentials': {
      return random.pick([{}, { pid: process.pid }, { uid: 0, gid: 0 }, { pid: 2 ** 31 }])
    }
    case 'copy':
    case 'allowHalfOpen':
    case 'readableObjectMode': {
      return random.once(2)
    }
    default: {
      return random.pick([0, 1, 2, 16, 1000, 65_536, 2 ** 30])
    }
  }
}

/**
 * Options for a call that knows these names.
 *
 * @param {World} world
 * @param {...string} names
 * @returns {any}
 */
export function options(world, ...names) {
  const { random } = world
  if (random.once(20)) return random.pick(ODD)
  return random.once(3) ? undefined : madeOf(world, names)
}

/**
 * An object with some of these, which may be getters.
 *
 * @param {World} world
 * @param {readonly string[]} names
 */
function madeOf(world, names) {
  const { random } = world
  /** @type {Record<string, any>} */
  const made = {}
  for (const name of names) {
    if (random.once(2)) continue
    const fixed = value(world, name)
    const property = name === 'lists' ? 'fds' : name
    if (!random.once(3)) {
      made[property] = fixed
      continue
    }
    // Which of its readings does something, and whether it gives another value each time.
    let readings = random.below(3)
    const changes = random.once(3)
    Object.defineProperty(made, property, {
      get() {
        if (readings-- === 0) {
          world.note(`  a getter: ${property}`)
          world.disturb()
          if (random.once(2)) throw new Hostile(property)
        }
        return changes ? value(world, name) : fixed
      },
      enumerable: true,
    })
  }
  if (!random.once(8)) return made
  return new Proxy(made, {
    get(target, key, receiver) {
      if (random.once(4)) world.disturb()
      return Reflect.get(target, key, receiver)
    },
    has: () => true,
  })
}
