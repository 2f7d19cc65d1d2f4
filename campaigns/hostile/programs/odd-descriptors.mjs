// A peer that passes descriptors which no sane program would pass.

import { closeSync } from 'node:fs'
import { socketpair } from 'socketpair'
import { allEnded, endPeer, follow, play, random, startPeer } from '../scene.js'

/** @type {readonly ((received: any) => unknown)[]} */
const uses = [
  (received) => received.close(),
  (received) => closeSync(received.take()),
  async (received) => {
    const handle = await received.toFileHandle()
    await handle.close()
  },
  (received) => {
    try {
      const socket = received.toSocket()
      // It may be our own peer, a listening socket, or anything else: each call ends or is closed here.
      if (socket.type === 'stream') {
        void follow('write to what came', socket.write('x'))
        void follow('read of what came', socket.read(Buffer.alloc(10)))
      } else {
        void follow('send to what came', socket.send('x'))
        void follow('recv of what came', socket.recv())
      }
      setTimeout(() => socket.close(), 5)
    } catch (error) {
      received.close()
      throw error
    }
  },
]

await play(async () => {
  const [here, there] = socketpair(random.pick(/** @type {const} */ (['dgram', 'seqpacket'])))
  const peer = startPeer('odd-descriptors.py', [], [there])
  let passed = 0
  for (;;) {
    const message = await here.recv({ timeout: 10_000 })
    if (message === null || message.data.toString() === 'done') break
    for (const received of message.fds) {
      passed++
      await follow('use', (async () => random.pick(uses)(received))())
    }
    message.pidfd?.close()
  }
  here.close()
  await allEnded()
  await endPeer(peer)
  return { passed }
})
