// What is run, by name: the programs, how they are placed and the figure that counts.

import { fileURLToPath } from 'node:url'
import { referenceProgram } from './compile.js'

/**
 * @typedef {object} Configuration
 * @property {'stream' | 'seqpacket'} [type] of the pair between the two; without it one process
 * @property {readonly string[]} measuring the command that reports
 * @property {readonly string[]} [other] the command at the other end
 * @property {import('./placement.js').Placement} placement
 * @property {string} unit
 * @property {(report: Record<string, number>) => number} figure
 */

/**
 * @param {string} name
 * @param {...(string | number)} args
 */
function program(name, ...args) {
  const path = fileURLToPath(new URL(`programs/${name}.js`, import.meta.url))
  return [process.execPath, path, ...args.map(String)]
}

/** @param {Record<string, number>} report */
const megabytesPerSecond = ({ bytes = 0, seconds = 0 }) => bytes / seconds / 1e6
/** @param {Record<string, number>} report */
const messagesPerSecond = ({ messages = 0, seconds = 0 }) => messages / seconds
/** @param {Record<string, number>} report */
const median = ({ p50 = Number.NaN }) => p50
/** @param {Record<string, number>} report */
const milliseconds = ({ milliseconds: spent = Number.NaN }) => spent

/** @type {Map<string, Configuration>} */
export const configurations = new Map()

const sizes = /** @type {const} */ ([
  ['64 KiB', 65_536],
  ['1 MiB', 1_048_576],
])
for (const [label, size] of sizes) {
  const stream = /** @type {const} */ ({
    type: 'stream',
    placement: 'free',
    unit: 'MB/s',
    figure: megabytesPerSecond,
  })
  const [cSender, cReceiver] = [referenceProgram('sender'), referenceProgram('receiver')]
  configurations
    .set(`package, stream, ${label}`, {
      ...stream,
      measuring: program('stream-receiver', size),
      other: program('stream-sender', size),
    })
    .set(`C, stream, ${label}`, {
      ...stream,
      measuring: [cReceiver, String(size)],
      other: [cSender, String(size)],
    })
    .set(`net.Socket 'data', ${label}`, {
      ...stream,
      measuring: program('net-receiver', size, 'data'),
      other: program('net-sender', size),
    })
    .set(`net.Socket onread, ${label}`, {
      ...stream,
      measuring: program('net-receiver', size, 'onread'),
      other: program('net-sender', size),
    })
}

const seqpacket = /** @type {const} */ ({
  type: 'seqpacket',
  placement: 'free',
  unit: 'messages/s',
  figure: messagesPerSecond,
})
configurations
  .set('package, seqpacket, 64 B', {
    ...seqpacket,
    measuring: program('message-receiver', 64),
    other: program('message-sender', 64),
  })
  .set('C, seqpacket, 64 B', {
    ...seqpacket,
    measuring: [referenceProgram('receiver'), '64'],
    other: [referenceProgram('sender'), '64'],
  })

for (const pace of /** @type {const} */ (['busy', 'paced'])) {
  for (const placement of /** @type {const} */ (['free', 'each', 'one'])) {
    const roundTrip = /** @type {const} */ ({
      type: 'stream',
      placement,
      unit: 'µs',
      figure: median,
    })
    configurations
      .set(`package, round trip, ${pace}, ${placement}`, {
        ...roundTrip,
        measuring: program('ping', 64, pace),
        other: program('echo'),
      })
      .set(`net.Socket, round trip, ${pace}, ${placement}`, {
        ...roundTrip,
        measuring: program('net-ping', 64, pace),
        other: program('net-echo'),
      })
  }
}

configurations
  .set('import', {
    measuring: program('import'),
    placement: 'free',
    unit: 'ms',
    figure: milliseconds,
  })
  .set('idle', {
    measuring: program('idle', 1000, 3000),
    placement: 'free',
    unit: 'ms',
    figure: milliseconds,
  })
