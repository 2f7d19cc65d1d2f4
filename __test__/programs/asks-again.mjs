// Requests that are given up, and others right after them, over everything that a channel runs over.
import { Socket as NetSocket } from 'node:net'
import { Channel, socketpair, supported } from 'socketpair'

/** @param {string} carrier */
function ends(carrier) {
  if (carrier !== 'duplex') return socketpair(/** @type {'stream'} */ (carrier))
  return socketpair().map((end) => new NetSocket({ fd: end.detach() }))
}

/** @type {((value: unknown) => void)[]} */
const nothing = []

for (const carrier of ['stream', 'seqpacket', 'dgram', 'duplex']) {
  for (const codec of /** @type {const} */ (['raw', 'json'])) {
    const [one, other] = ends(carrier)
    const options = /** @type {{ codec: 'json' }} */ ({ codec })
    const a = new Channel(/** @type {import('socketpair').StreamSocket} */ (one), options)
    const b = new Channel(/** @type {import('socketpair').StreamSocket} */ (other), options)
    b.onRequest((value) =>
      String(value) === 'slow' ? new Promise((resolve) => nothing.push(resolve)) : value,
    )
    for (let n = 0; n < 60; n++) {
      const controller = new AbortController()
      const how = n % 3 === 0 ? { timeout: n % 2 } : { signal: controller.signal }
      const slow = a.request('slow', how).then(
        () => 'answered',
        () => 'given up',
      )
      if (n % 3 === 1) await new Promise((resolve) => setImmediate(resolve))
      controller.abort()
      if ((await slow) !== 'given up') throw new Error('it was answered')
      // In every distance from the moment in which nothing was expected any more.
      for (let left = n % 7; left > 0; left--) await Promise.resolve()
      const late = setTimeout(() => {
        console.log(`no answer over ${carrier}, ${codec}, round ${n}`)
        process.exit(1)
      }, 20_000)
      const answer = await a.request(`${n}`)
      clearTimeout(late)
      if (String(answer) !== `${n}`) throw new Error(`another answer: ${answer}`)
    }
    await a.close()
    await b.close()
  }
}
console.log(`${supported.readiness}: all answered`)
