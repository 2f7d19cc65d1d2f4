// What the programs of these tests share.

import { readdirSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { relay, socketpair } from 'socketpair'

/** The descriptors that this process has open. */
export function openDescriptors() {
  return readdirSync('/proc/self/fd').length
}

/**
 * Waits until the count is down to `expected`; throws when it stays above.
 *
 * @param {number} expected
 */
export async function descriptorsComeBackTo(expected) {
  for (let round = 0; round < 400; round++) {
    if (openDescriptors() <= expected) return
    await new Promise((resolve) => setTimeout(resolve, round < 20 ? 1 : 10))
  }
  throw new Error(`${openDescriptors()} descriptors are open, ${expected} before`)
}

/** Starts what tells readiness, of ends and of relays: its descriptors stay. */
export async function warmUp() {
  const [here, there] = socketpair()
  const read = here.read(Buffer.alloc(1))
  await there.write('x')
  await read
  const [next, far] = socketpair()
  const relayed = relay(there, next)
  here.close()
  far.close()
  await relayed
  there.close()
  next.close()
}

/** @param {number} count */
export async function turns(count) {
  for (let i = 0; i < count; i++) await turn()
}

/**
 * Throws unless the two are the same.
 *
 * @param {unknown} actual
 * @param {unknown} expected
 * @param {string} [what]
 */
export function same(actual, expected, what = 'value') {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)}, not ${String(expected)}`)
}

/** @param {unknown} error */
function settle(error) {
  if (/** @type {{ code?: string }} */ (error).code !== 'ECANCELED') throw error
}

/**
 * Makes pairs of all three types and leaves operations waiting on them: reads on every end, and writes
 * behind full queues. Gives the ends, so that nothing is collected.
 *
 * @param {number} count of pairs
 */
export function waitInNumbers(count) {
  const ends = []
  for (let i = 0; i < count; i++) {
    const stream = socketpair()
    ends.push(...stream)
    for (const end of stream) end.read(Buffer.alloc(16)).catch(settle)
    stream[0].write(Buffer.alloc(8 << 20)).catch(settle)
    stream[0].write('behind').catch(settle)

    const seqpacket = socketpair('seqpacket')
    ends.push(...seqpacket)
    while (seqpacket[0].trySend(Buffer.alloc(4096)) !== undefined);
    seqpacket[0].send('waits').catch(settle)
    seqpacket[0].recv().catch(settle)

    const dgram = socketpair('dgram')
    ends.push(...dgram)
    for (const end of dgram) end.recvInto(Buffer.alloc(16)).catch(settle)
  }
  return ends
}

/**
 * Leaves a channel with receives, requests and sends pending in numbers, of values that are gathered and of
 * values that are not, and a loop that receives whatever comes.
 *
 * @param {import('socketpair').Channel} channel
 */
export function leaveWaiting(channel) {
  // Requests that nobody answers fail, or end with the channel; a peer may die in the middle of a value.
  const ended = new Set([
    'ERR_REQUEST_FAILED',
    'ERR_UNEXPECTED_EOF',
    'EPIPE',
    'ECONNRESET',
    'ECANCELED',
    // A loop that asks again when the channel has just been closed.
    'EBADF',
  ])
  /** @param {unknown} error */
  const settleEnd = (error) => {
    if (!ended.has(/** @type {{ code: string }} */ (error).code)) throw error
  }
  const loop = async () => {
    while ((await channel.recvMany()) !== null);
  }
  loop().catch(settleEnd)
  for (let n = 0; n < 8; n++) {
    channel.recv().catch(settleEnd)
    channel.request('never answered').catch(settleEnd)
    for (const size of [10, 40_000, 100_000]) channel.send(Buffer.alloc(size)).catch(settleEnd)
  }
  channel.flush().catch(settleEnd)
}
