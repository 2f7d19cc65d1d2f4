// Calls on sockets.

import { MessageBatch, Socket, receive, relay, transfer } from 'socketpair'
import { data, list, memoryFor } from './buffers.js'
import { moveMemory } from './disturbances.js'
import { options } from './options.js'
import { discard } from './world.js'

/** @typedef {import('./world.js').World} World */
/** @typedef {readonly [name: string, call: (world: World, socket: any) => any]} Operation */

/** @type {readonly Operation[]} */
export const ofStreams = [
  ['read', (w, s) => s.read(memoryFor(w), options(w, 'signal', 'timeout'))],
  [
    'readv',
    (w, s) =>
      s.readv(
        list(w, () => memoryFor(w, 4000)),
        options(w, 'signal', 'timeout'),
      ),
  ],
  ['readExactly', (w, s) => s.readExactly(memoryFor(w), options(w, 'signal', 'timeout'))],
  [
    'readChunk',
    (w, s) =>
      s.readChunk(
        w.random.pick([undefined, 1, 100, 70_000, -1, 'x']),
        options(w, 'signal', 'timeout'),
      ),
  ],
  ['readMessage', (w, s) => s.readMessage(memoryFor(w), options(w, 'signal', 'timeout', 'maxFds'))],
  ['write', (w, s) => s.write(data(w), options(w, 'signal', 'timeout', 'fds', 'credentials'))],
  ['write', (w, s) => s.write(data(w), options(w, 'signal', 'timeout'))],
  [
    'writev',
    (w, s) =>
      s.writev(
        list(w, () => data(w, 4000)),
        options(w, 'signal', 'timeout', 'fds'),
      ),
  ],
  ['tryRead', (w, s) => s.tryRead(memoryFor(w))],
  ['tryWrite', (w, s) => s.tryWrite(data(w))],
]

/** @type {readonly Operation[]} */
export const ofMessages = [
  ['recv', (w, s) => s.recv(options(w, 'signal', 'timeout', 'maxFds', 'maxBytes'))],
  ['recvInto', (w, s) => s.recvInto(memoryFor(w), options(w, 'signal', 'timeout', 'maxFds'))],
  [
    'recvMany',
    (w, s) => {
      const batch = new MessageBatch(options(w, 'bytes', 'maxMessages'))
      const receiving = s.recvMany(batch, options(w, 'signal', 'timeout', 'maxFds'))
      return receiving.finally(() => {
        for (let at = 0; at < batch.count; at++) discard(batch.info(at))
      })
    },
  ],
  ['send', (w, s) => s.send(data(w), options(w, 'signal', 'timeout', 'fds', 'credentials'))],
  ['send', (w, s) => s.send(data(w, 100), options(w, 'signal', 'timeout'))],
  [
    'sendv',
    (w, s) =>
      s.sendv(
        list(w, () => data(w, 4000)),
        options(w, 'signal', 'timeout', 'fds'),
      ),
  ],
  [
    'sendMany',
    (w, s) =>
      s.sendMany(
        list(w, () => memoryFor(w, 4000)),
        options(w, 'signal', 'timeout', 'lists'),
      ),
  ],
  ['trySend', (w, s) => s.trySend(data(w))],
  ['tryRecv', (w, s) => s.tryRecv(memoryFor(w))],
]

const PROPERTIES = [
  'busyPoll',
  'sendBufferSize',
  'recvBufferSize',
  'nonBlocking',
  'closeOnExec',
  'passCredentials',
  'passPidfd',
  'acceptDescriptors',
]

/** @type {readonly Operation[]} */
export const ofAll = [
  ['shutdown', (w, s) => s.shutdown(w.random.pick(['read', 'write', 'both', 'x', null]))],
  ['close', (_, s) => s.close()],
  ['ref', (_, s) => void s.ref()],
  ['unref', (_, s) => void s.unref()],
  [
    'a property',
    (w, s) => {
      const name = w.random.pick(PROPERTIES)
      void s[name]
      s[name] = w.random.pick([true, false, 'auto', 0, 100, 4096, 1e6, Number.NaN, null, {}])
    },
  ],
  ['readableLength', (_, s) => void s.readableLength],
  [
    'transfer and receive',
    (w, s) => {
      const token = transfer(s, options(w, 'timeout'))
      if (w.random.once(2)) w.tokens.push(token)
      else w.sockets.push(receive(token))
    },
  ],
  [
    'receive',
    (w) =>
      void w.sockets.push(receive(w.random.pick([null, {}, { transferId: 'x' }, ...w.tokens]))),
  ],
  [
    'detach and adopt',
    (w, s) => {
      const fd = s.detach()
      w.sockets.push(Socket.fromFd(fd))
    },
  ],
  ['fromFd', (w) => void Socket.fromFd(w.random.pick([-1, 99_999, Number.NaN, 2 ** 31]))],
  [
    'relay',
    (w, s) => {
      const other = w.socket
      for (const each of [s, other]) w.mixes(each)
      return relay(s, other, options(w, 'signal', 'timeout'))
    },
  ],
  ['move memory', (w) => moveMemory(w)],
  ['abort', (w) => w.random.pick(w.controllers)?.abort()],
  [
    'toDuplex',
    (w, s) => {
      w.mixes(s)
      const duplex = s.toDuplex(options(w, 'signal', 'allowHalfOpen', 'highWaterMark'))
      duplex.on('error', () => {})
      w.duplexes.push(duplex)
    },
  ],
  [
    'write to a Duplex',
    (w) => {
      const duplex = w.random.pick(w.duplexes)
      if (!duplex || duplex.destroyed) return
      if (w.random.once(3)) duplex.resume()
      else if (w.random.once(4)) duplex.end()
      else if (w.random.once(6)) duplex.destroy()
      else duplex.write(Buffer.alloc(w.random.length() + 1, 0xa5))
    },
  ],
  [
    'web streams',
    (w, s) => {
      w.mixes(s)
      if (w.random.once(2)) {
        const { readable } = s
        if (readable.locked) return null
        const reader = readable.getReader()
        w.attempt('  cancel or read', () => (w.random.once(3) ? reader.cancel() : reader.read()))
        return reader.closed
      }
      const { writable } = s
      if (writable.locked) return null
      const writer = writable.getWriter()
      // Each rejects with the same failure.
      writer.closed.catch(() => {})
      writer.ready.catch(() => {})
      if (w.random.once(4)) return writer.close()
      if (w.random.once(6)) return writer.abort()
      return writer.write(data(w))
    },
  ],
]
