// The raw end of a pair whose other end is a channel: writes whatever bytes, in whatever pieces.

import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'

/** @typedef {import('../../shared/random.js').Random} Random */

/** A message of a socket is at most so long here. */
const LONGEST = 100_000

/** Milliseconds that a peer waits for a channel that reads no further. */
const PATIENCE = 40

/** Errors by which a peer learns that it was given up. */
const GIVEN_UP = new Set(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ENOTCONN', 'ECANCELED', 'EBADF'])

/** @param {unknown} error */
export function letGo(error) {
  if (!GIVEN_UP.has(/** @type {{ code: string }} */ (error).code)) throw error
}

/**
 * @param {any} end
 * @param {readonly Buffer[]} frames
 * @param {Random} random
 */
async function sendAll(end, frames, random) {
  if (end.type !== 'stream') {
    for (const each of frames) {
      await end.send(each.subarray(0, LONGEST))
      if (random.once(8)) await turn()
    }
    return
  }
  let rest = Buffer.concat(frames)
  while (rest.length > 0) {
    const length = Math.min(rest.length, 1 + random.below(random.pick([4, 20, 1000, 100_000])))
    await end.write(rest.subarray(0, length))
    rest = rest.subarray(length)
    if (random.once(4)) await turn()
  }
}

/** Reads what the channel answers, so that it can go on. @param {any} end */
async function drain(end) {
  if (end.type === 'stream') while ((await end.readChunk()) !== null);
  else while ((await end.recv({ maxBytes: 1000 })) !== null);
}

/**
 * Sends the frames, reads the answers if it is a polite one, and leaves.
 *
 * @param {any} end
 * @param {readonly Buffer[]} frames
 * @param {Random} random
 * @param {boolean} reads
 */
export async function play(end, frames, random, reads) {
  const draining = reads ? drain(end).catch(letGo) : undefined
  try {
    const sending = sendAll(end, frames, random).then(() => true)
    sending.catch(letGo)
    const all = await Promise.race([sending, sleep(PATIENCE, false)])
    if (all && random.once(2) && end.type !== 'dgram') end.shutdown('write')
    await turn()
  } catch (error) {
    letGo(error)
  }
  if (random.once(2)) await turn()
  return {
    async leave() {
      end.close()
      await draining
    },
  }
}
