// Peers that cut frames, lie about lengths and kinds, and leave in the middle.

import { Channel, socketpair } from 'socketpair'
import { allEnded, endPeer, follow, play, random, sleep, startPeer } from '../scene.js'

/** Peers at a time. */
const PEERS = 8

/** @param {Channel} channel */
async function receiveAll(channel) {
  for (let failures = 0; failures < 100;) {
    try {
      if ((await channel.recv()) === null) return
    } catch (error) {
      failures++
      const { code } = /** @type {{ code: string }} */ (error)
      if (code !== 'ERR_DECODE') throw error
    }
  }
}

await play(async () => {
  const peers = Array.from({ length: PEERS }, () => {
    const type = random.pick(/** @type {const} */ (['stream', 'stream', 'dgram', 'seqpacket']))
    const pair = /** @type {any[]} */ (socketpair(type))
    const codec = random.pick(/** @type {const} */ (['raw', 'json', 'v8']))
    const peer = startPeer('cut-frames.py', [random.word()], [pair[1]])
    const channel = /** @type {Channel<any, any>} */ (
      new Channel(pair[0], { codec: /** @type {any} */ (codec) })
    )
    if (random.once(2)) channel.onRequest((value) => value)
    void follow(`receive ${type} ${codec}`, receiveAll(channel))
    void follow('request', channel.request(codec === 'raw' ? 'x' : 1))
    return { peer, channel }
  })
  await sleep(random.between(100, 400))
  for (const { channel } of peers) void follow('close', channel.close({ timeout: 100 }))
  await allEnded()
  for (const { peer } of peers) await endPeer(peer)
  return { sessions: PEERS }
})
