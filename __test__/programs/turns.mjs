// turns.mjs WHAT: a hundred busy pairs; prints how it went when the event loop has turned often enough, and how
// many operations were settled in the busiest turn if these were too many.
import { Duplex, PassThrough } from 'node:stream'
import { Channel, relay, socketpair } from 'socketpair'

const PAIRS = 100
const TURNS = 60
/** A turn as seen here reaches from within one round of immediates into the next: twice 16 shares of 256. */
const MOST = 10_000

let [settled, over] = [0, false]
const received = Array.from({ length: PAIRS }, () => 0)
/** @type {import('socketpair').Socket[]} */
const ends = []

/**
 * @param {() => Promise<unknown>} operation
 * @param {number} [index] of the pair, where it counts as received
 */
async function repeat(operation, index) {
  while (!over) {
    await operation()
    settled++
    if (index !== undefined) received[index] = (received[index] ?? 0) + 1
  }
}

/**
 * Two Duplexes of Node in this process: what one takes the other gives, without any turn of the event loop.
 * @returns {[Duplex, Duplex]}
 */
function duplexPair() {
  const [one, other] = [new PassThrough(), new PassThrough()]
  return [
    Duplex.from({ readable: one, writable: other }),
    Duplex.from({ readable: other, writable: one }),
  ]
}

/** @param {import('socketpair').SocketType} type @returns {[any, any]} */
function sockets(type) {
  const pair = socketpair(type)
  ends.push(...pair)
  return pair
}

/** @param {import('socketpair').SocketType} type @returns {[Channel, Channel]} */
function channels(type) {
  const [a, b] = sockets(type)
  return [new Channel(a), new Channel(b)]
}

/** @type {Record<string, (index: number) => Promise<unknown>[]>} */
const busy = {
  streams(index) {
    const [a, b] = sockets('stream')
    const [body, buffer] = [Buffer.alloc(64), Buffer.alloc(4096)]
    return [repeat(() => a.write(body)), repeat(() => b.read(buffer), index)]
  },
  datagrams(index) {
    const [a, b] = sockets('dgram')
    const [body, buffer] = [Buffer.alloc(64), Buffer.alloc(64)]
    return [repeat(() => a.send(body)), repeat(() => b.recvInto(buffer), index)]
  },
  echoes(index) {
    const [a, b] = sockets('stream')
    const [mine, other] = [Buffer.alloc(64), Buffer.alloc(64)]
    const ask = async () => {
      await a.write(mine)
      await a.read(mine)
    }
    const answer = async () => {
      await b.read(other)
      await b.write(other)
    }
    return [repeat(ask, index), repeat(answer)]
  },
  channels(index) {
    const [a, b] = channels('seqpacket')
    const body = Buffer.alloc(4096)
    return [repeat(() => a.send(body)), repeat(() => b.recv(), index)]
  },
  requests(index) {
    const [a, b] = channels('stream')
    b.onRequest((value) => value)
    const body = Buffer.alloc(64)
    return [repeat(() => a.request(body), index)]
  },
  relays(index) {
    const [[a, b], [c, d]] = [sockets('stream'), sockets('stream')]
    const [body, buffer] = [Buffer.alloc(64), Buffer.alloc(4096)]
    return [relay(b, c), repeat(() => a.write(body)), repeat(() => d.read(buffer), index)]
  },
  duplexes(index) {
    const [one, other] = duplexPair()
    const [a, b] = [new Channel(one), new Channel(other)]
    const body = Buffer.alloc(4096)
    return [repeat(() => a.send(body)), repeat(() => b.recv(), index)]
  },
}

const work = busy[process.argv[2] ?? '']
if (work === undefined) throw new Error('what?')
const running = received.flatMap((_, index) => work(index))
for (const one of running) one.catch(() => {})

let [turns, most, before] = [0, 0, 0]
setImmediate(function look() {
  most = Math.max(most, settled - before)
  before = settled
  if (++turns < TURNS || !received.every((count) => count > 0)) return setImmediate(look)
  over = true
  console.log(most <= MOST ? 'fair' : `${most} operations in one turn`)
  // What still waits shall not keep the process.
  for (const end of ends) end.close()
  process.exit()
})
