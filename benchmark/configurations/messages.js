// Small messages, one way.

import { referenceProgram } from '../compile.js'
import { inRuntime, messagesOf, messagesPerSecond, peerProgram, program } from './common.js'

const size = 64
/** What every reader of a stream reads into. */
const room = 65_536

const messages = /** @type {const} */ ({
  placement: 'free',
  unit: 'messages/s',
  figure: messagesPerSecond,
})
const overSeqpacket = /** @type {const} */ ({
  ...messages,
  type: 'seqpacket',
  needs: ['seqpacket'],
})
const overStream = /** @type {const} */ ({ ...messages, type: 'stream' })
/** A stream has no messages: its bytes are counted, which flatters it. */
const ofStream = /** @type {const} */ ({ ...overStream, figure: messagesOf(size) })

/** @type {import('./index.js').Named} */
export const smallMessages = [
  [
    'package, seqpacket, 64 B',
    {
      ...overSeqpacket,
      measuring: program('message-receiver', size),
      other: program('message-sender', size),
    },
  ],
  [
    'package, seqpacket, 64 B, batches',
    {
      ...overSeqpacket,
      measuring: program('batch-receiver', size),
      other: program('batch-sender', size),
    },
  ],
  [
    'C, seqpacket, 64 B',
    {
      ...overSeqpacket,
      measuring: [referenceProgram('receiver'), String(size)],
      other: [referenceProgram('sender'), String(size)],
      needs: ['seqpacket', 'cc'],
    },
  ],
  [
    'package, Channel, 64 B',
    {
      ...overStream,
      measuring: program('channel-receiver', size),
      other: program('channel-sender', size),
      needs: ['Channel'],
    },
  ],
  [
    'C, stream, 64 B',
    {
      ...ofStream,
      measuring: [referenceProgram('receiver'), String(size), String(room)],
      other: [referenceProgram('sender'), String(size)],
      needs: ['cc'],
    },
  ],
  [
    'net.Socket corked, 64 B',
    {
      ...ofStream,
      measuring: program('net-receiver', size, 'onread', room),
      other: program('net-sender', size, 'corked'),
    },
  ],
  ['MessagePort clone, 64 B', { ...messages, measuring: program('port-receiver', size, 'clone') }],
  [
    'MessagePort transfer, 64 B',
    { ...messages, measuring: program('port-receiver', size, 'transfer') },
  ],
  [
    'zeromq, 64 B',
    {
      ...messages,
      type: 'path',
      measuring: peerProgram('zeromq-pull', size),
      other: peerProgram('zeromq-push', size),
      needs: ['zeromq'],
    },
  ],
  [
    'node-unix-socket, 64 B',
    {
      ...overSeqpacket,
      measuring: peerProgram('node-unix-socket-receiver', size),
      other: peerProgram('node-unix-socket-sender', size),
      needs: ['seqpacket', 'node-unix-socket'],
    },
  ],
  [
    'unix-dgram, 64 B',
    {
      ...messages,
      type: 'path',
      measuring: peerProgram('unix-dgram-receiver', size),
      other: peerProgram('unix-dgram-sender', size),
      needs: ['unix-dgram'],
    },
  ],
]

for (const serialization of ['advanced', 'json']) {
  const measuring = program('ipc-receiver', size, serialization)
  smallMessages.push([`child_process '${serialization}', 64 B`, { ...messages, measuring }])
  for (const runtime of /** @type {const} */ (['bun', 'deno'])) {
    smallMessages.push([
      `${runtime} child_process '${serialization}', 64 B`,
      { ...messages, measuring: inRuntime(runtime, measuring), needs: [runtime] },
    ])
  }
}
