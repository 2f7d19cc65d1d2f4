// A message there and back.

import { referenceProgram } from '../compile.js'
import { inRuntime, median, peerProgram, program } from './common.js'

const size = 64
const roundTrip = /** @type {const} */ ({ placement: 'free', unit: 'µs', figure: median })
const overStream = /** @type {const} */ ({ ...roundTrip, type: 'stream' })

/** @type {import('./index.js').Named} */
export const roundTrips = [
  [
    'zeromq, round trip, busy',
    {
      ...roundTrip,
      type: 'path',
      measuring: peerProgram('zeromq-request', size),
      other: peerProgram('zeromq-reply'),
      needs: ['zeromq'],
    },
  ],
  [
    'C, round trip, busy, free',
    {
      ...overStream,
      measuring: [referenceProgram('ping'), String(size)],
      other: [referenceProgram('echo')],
      needs: ['cc'],
    },
  ],
  ['MessagePort, round trip, busy', { ...roundTrip, measuring: program('port-ping', size) }],
]

for (const [pace, placement] of /** @type {const} */ ([
  ['busy', 'free'],
  ['busy', 'each'],
  ['busy', 'one'],
  ['paced', 'free'],
])) {
  /** @type {import('./common.js').Need[]} */
  const needs = placement === 'free' ? [] : ['taskset']
  const placed = { ...overStream, placement, needs }
  roundTrips.push(
    [
      `package, round trip, ${pace}, ${placement}`,
      { ...placed, measuring: program('ping', size, pace), other: program('echo') },
    ],
    [
      `net.Socket, round trip, ${pace}, ${placement}`,
      { ...placed, measuring: program('net-ping', size, pace), other: program('net-echo') },
    ],
  )
}

for (const serialization of ['advanced', 'json']) {
  const measuring = program('ipc-ping', size, serialization)
  roundTrips.push([`child_process '${serialization}', round trip`, { ...roundTrip, measuring }])
  for (const runtime of /** @type {const} */ (['bun', 'deno'])) {
    roundTrips.push([
      `${runtime} child_process '${serialization}', round trip`,
      { ...roundTrip, measuring: inRuntime(runtime, measuring), needs: [runtime] },
    ])
  }
}
