// Peers that send without end and read nothing: bytes, messages, requests, descriptors.

import { Channel, MessageBatch, socketpair } from 'socketpair'
import { started } from '../../shared/program.js'
import { allEnded, endPeer, follow, play, random, sleep, startPeer } from '../scene.js'

/** @type {Record<string, () => readonly ['stream' | 'dgram' | 'seqpacket', (end: any) => void]>} */
const floods = {
  bytes: () => [
    'stream',
    random.pick([
      (end) =>
        void follow(
          'read',
          repeat(() => end.read(Buffer.alloc(5000))),
        ),
      (end) =>
        end
          .toDuplex()
          .on('error', () => {})
          .resume(),
      // Nothing reads: what comes must stay with the system.
      (end) => end.toDuplex().on('error', () => {}),
      (end) => void follow('writes', end.write(Buffer.alloc(8 << 20))),
    ]),
  ],
  messages: () => [
    random.pick(/** @type {const} */ (['dgram', 'seqpacket'])),
    random.pick([
      (end) =>
        void follow(
          'recv',
          repeat(() => end.recv()),
        ),
      (end) => {
        const batch = new MessageBatch()
        void follow(
          'recvMany',
          repeat(() => end.recvMany(batch)),
        )
      },
      (end) => end.toDuplex().on('error', () => {}),
    ]),
  ],
  frames: () => [
    'stream',
    (end) => {
      const channel = new Channel(end)
      if (random.once(2)) channel.onRequest((value) => value)
      if (random.once(2))
        void follow(
          'recv',
          repeat(() => channel.recv()),
        )
      void follow('request', channel.request('never answered'))
    },
  ],
  requests: () => [
    random.pick(/** @type {const} */ (['stream', 'seqpacket'])),
    (end) => {
      const channel = new Channel(end)
      const way = random.below(4)
      // Without a handler each is refused, which is an answer too.
      if (way === 0) channel.onRequest((value) => value)
      if (way === 1) channel.onRequest(() => Buffer.alloc(10_000))
      if (way === 2) channel.onRequest(() => new Promise(() => {}))
      if (way !== 1)
        void follow(
          'recv',
          repeat(() => channel.recv()),
        )
      if (random.once(2))
        void follow(
          'send',
          repeat(() => channel.send('x')),
        )
    },
  ],
  descriptors: () => [
    random.pick(/** @type {const} */ (['stream', 'dgram', 'seqpacket'])),
    (end) => {
      if (end.type === 'stream') {
        const buffer = Buffer.alloc(1000)
        void follow(
          'readMessage',
          repeat(() => discard(end.readMessage(buffer))),
        )
      } else
        void follow(
          'recv',
          repeat(() => discard(end.recv())),
        )
    },
  ],
}

/** @param {() => Promise<unknown>} operation */
async function repeat(operation) {
  for (let times = 0; times < 1_000_000; times++) await operation()
}

/** @param {Promise<any>} message */
async function discard(message) {
  for (const received of (await message)?.fds ?? []) received.close()
}

const names = Object.keys(floods)
let rounds = 0
await play(async () => {
  const name = names[(started.seed + rounds++) % names.length] ?? ''
  const [type, receive] = /** @type {any} */ (floods[name])()
  const [here, there] = socketpair(type)
  const peer = startPeer('floods.py', [name], [there])
  receive(here)
  await sleep(random.between(200, 1000))
  here.close()
  await allEnded()
  await endPeer(peer)
  return { [name]: 1 }
})
