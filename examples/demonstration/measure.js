// The three things that are done on every way: a file, a stream of small messages, round trips.

/** @typedef {import('./routes.js').Route} Route */
/** @typedef {import('./routes.js').Peer} Peer */

const smallMessage = Buffer.alloc(64, 'small message ')
/** Milliseconds for small messages, and for round trips. */
const duration = 500
/** Milliseconds of round trips before those that count: code is compiled in the meantime. */
const warmUp = 150

/**
 * Sends the file to a child that keeps it all and then takes its digest.
 *
 * @param {Route} route
 * @param {{ contents: Buffer, sha256: string }} file
 * @param {(bytes: number) => void} onSent
 */
export function transferFile(route, { contents, sha256 }, onSent) {
  return withChild(route, 'receive', contents.length, async (peer) => {
    const began = performance.now()
    for (let at = 0; at < contents.length; at += route.pieceBytes) {
      const piece = contents.subarray(at, at + route.pieceBytes)
      await peer.send(piece)
      onSent(piece.length)
    }
    await peer.finish()
    await expectAnswer(peer, `received ${contents.length}`)
    const seconds = (performance.now() - began) / 1e3
    return { same: (await peer.answer()) === `sha256 ${sha256}`, seconds, bytes: contents.length }
  })
}

/**
 * Small messages, each sent by itself. Gives how many a second.
 *
 * @param {Route} route
 */
export function countMessages(route) {
  return withChild(route, 'count', smallMessage.length, async (peer) => {
    const began = performance.now()
    let sent = 0
    while (sent % 64 !== 0 || performance.now() - began < duration) {
      await peer.send(smallMessage)
      sent += 1
    }
    await peer.finish()
    // Of a stream the child can only count the bytes.
    await expectAnswer(peer, `counted ${route.keepsBoundaries ? sent : sent * smallMessage.length}`)
    return sent / ((performance.now() - began) / 1e3)
  })
}

/**
 * One message there and back at a time. Gives microseconds.
 *
 * @param {Route} route
 */
export function takeRoundTrips(route) {
  return withChild(route, 'echo', smallMessage.length, async (peer) => {
    const first = performance.now()
    const times = []
    let now = first
    while (now - first < warmUp + duration) {
      const began = now
      await peer.exchange(smallMessage)
      now = performance.now()
      if (began - first >= warmUp) times.push(now - began)
    }
    await peer.finish()
    const sorted = times.toSorted((a, b) => a - b)
    const at = (/** @type {number} */ share) =>
      (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN) * 1e3
    return { p50: at(0.5), p99: at(0.99) }
  })
}

/**
 * A fresh child that is ready; it has ended when this returns. If it fails, so does what is being
 * done: a datagram socket would not notice by itself that nobody answers any more.
 *
 * @template T
 * @param {Route} route
 * @param {import('./routes.js').Task} task
 * @param {number} bytes
 * @param {(peer: Peer) => Promise<T>} use
 */
async function withChild(route, task, bytes, use) {
  const { peer, child } = route.open(task, bytes)
  try {
    const failed = child.ended.then(() => new Promise(() => {}))
    const done = expectAnswer(peer, 'ready').then(() => use(peer))
    const result = /** @type {T} */ (await Promise.race([done, failed]))
    await child.ended
    return result
  } finally {
    peer.close()
  }
}

/**
 * @param {Peer} peer
 * @param {string} expected
 */
async function expectAnswer(peer, expected) {
  const answer = await peer.answer()
  if (answer !== expected) throw new Error(`the child said "${answer}", not "${expected}"`)
}
