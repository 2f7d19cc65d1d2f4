// The same runs over and over, with more each time.

import { referenceProgram } from '../compile.js'
import { canPlace } from '../placement.js'
import { megabytesPerSecond, messagesPerSecond, program } from './common.js'

/**
 * @typedef {'bytes by size' | 'messages by size' | 'cost by pairs' | 'messages by workers'} Family
 *
 * @typedef {object} Step
 * @property {Family} family
 * @property {string} name of the curve that it is a point of
 * @property {number} at
 * @property {string} key
 * @property {import('./common.js').Configuration} configuration
 */

/** @type {Step[]} */
export const growth = []

/**
 * @param {Family} family
 * @param {string} name
 * @param {number} at
 * @param {import('./common.js').Configuration} configuration
 */
function add(family, name, at, configuration) {
  growth.push({ family, name, at, key: `${family}: ${name}, ${at}`, configuration })
}

// 1 B to 16 MiB
const sizes = Array.from({ length: 13 }, (_, i) => 4 ** i)
/** What every reader of a stream has at hand, whatever is written. */
const roomFor = (/** @type {number} */ size) => Math.min(Math.max(size, 65_536), 1_048_576)
/** What one message may hold without a larger send buffer. */
const largestMessage = 65_536

const free = /** @type {const} */ ({ placement: 'free' })
const stream = /** @type {const} */ ({
  ...free,
  type: 'stream',
  unit: 'MB/s',
  figure: megabytesPerSecond,
})
const messages = /** @type {const} */ ({
  ...free,
  unit: 'messages/s',
  figure: messagesPerSecond,
})

for (const size of sizes) {
  const room = roomFor(size)
  const bytes = 'bytes by size'
  add(bytes, 'socketpair', size, {
    ...stream,
    measuring: program('stream-receiver', size, room),
    other: program('stream-sender', size),
  })
  add(bytes, 'socketpair, Channel', size, {
    ...stream,
    measuring: program('channel-receiver', size),
    other: program('channel-sender', size),
    needs: ['Channel'],
  })
  add(bytes, 'C', size, {
    ...stream,
    measuring: [referenceProgram('receiver'), String(size), String(room)],
    other: [referenceProgram('sender'), String(size)],
    needs: ['cc'],
  })
  add(bytes, 'net.Socket onread', size, {
    ...stream,
    measuring: program('net-receiver', size, 'onread', room),
    other: program('net-sender', size),
  })
}

for (const size of sizes.filter((each) => each <= largestMessage)) {
  const family = 'messages by size'
  const seqpacket = /** @type {const} */ ({ ...messages, type: 'seqpacket', needs: ['seqpacket'] })
  add(family, 'Channel', size, {
    ...messages,
    type: 'stream',
    measuring: program('channel-receiver', size),
    other: program('channel-sender', size),
    needs: ['Channel'],
  })
  add(family, 'seqpacket, batches', size, {
    ...seqpacket,
    measuring: program('batch-receiver', size),
    other: program('batch-sender', size),
  })
  add(family, 'seqpacket, one by one', size, {
    ...seqpacket,
    measuring: program('message-receiver', size),
    other: program('message-sender', size),
  })
  add(family, 'C, seqpacket', size, {
    ...seqpacket,
    measuring: [referenceProgram('receiver'), String(size)],
    other: [referenceProgram('sender'), String(size)],
    needs: ['seqpacket', 'cc'],
  })
  add(family, 'MessagePort', size, {
    ...messages,
    measuring: program('port-receiver', size, 'clone'),
  })
  add(family, "child_process 'advanced'", size, {
    ...messages,
    measuring: program('ipc-receiver', size, 'advanced'),
  })
}

for (const pairs of [1, 10, 100, 1000, 10_000]) {
  for (const how of ['at once', 'in turn']) {
    add('cost by pairs', how, pairs, {
      type: 'seqpacket',
      placement: canPlace ? 'each' : 'free',
      measuring: program('active', pairs, how),
      other: program('active-echo'),
      unit: 'µs',
      figure: ({ many = Number.NaN }) => many,
      needs: ['seqpacket'],
    })
  }
}

for (const workers of [1, 2, 4, 8]) {
  const measuring = program('workers', workers)
  add('messages by workers', 'a pair in each', workers, { ...messages, measuring })
}
