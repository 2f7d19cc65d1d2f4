// Large blocks over a stream.

import { referenceProgram } from '../compile.js'
import { inRuntime, megabytesPerSecond, peerProgram, program } from './common.js'

/** @type {import('./index.js').Named} */
export const streams = []

const sizes = /** @type {const} */ ([
  ['64 KiB', 65_536],
  ['1 MiB', 1_048_576],
])
const stream = /** @type {const} */ ({
  type: 'stream',
  placement: 'free',
  unit: 'MB/s',
  figure: megabytesPerSecond,
})
for (const [label, size] of sizes) {
  const fromNet = { ...stream, other: program('net-sender', size) }
  streams.push(
    [
      `package, stream, ${label}`,
      {
        ...stream,
        measuring: program('stream-receiver', size),
        other: program('stream-sender', size),
      },
    ],
    [
      `package, toDuplex() 'data', ${label}`,
      { ...fromNet, measuring: program('duplex-receiver', size) },
    ],
    [
      `C, stream, ${label}`,
      {
        ...stream,
        measuring: [referenceProgram('receiver'), String(size)],
        other: [referenceProgram('sender'), String(size)],
        needs: ['cc'],
      },
    ],
    [
      `net.Socket 'data', ${label}`,
      { ...fromNet, measuring: program('net-receiver', size, 'data') },
    ],
    [
      `net.Socket onread, ${label}`,
      { ...fromNet, measuring: program('net-receiver', size, 'onread') },
    ],
  )
}

const [label, size] = sizes[0]
streams.push([
  `usocket, ${label}`,
  {
    ...stream,
    measuring: peerProgram('usocket-receiver', size),
    other: peerProgram('usocket-sender', size),
    needs: ['usocket'],
  },
])
for (const runtime of /** @type {const} */ (['bun', 'deno'])) {
  streams.push([
    `${runtime}, stream, ${label}`,
    {
      ...stream,
      type: 'path',
      measuring: inRuntime(runtime, peerProgram(`${runtime}-receiver`, size)),
      other: inRuntime(runtime, peerProgram(`${runtime}-sender`, size)),
      needs: [runtime],
    },
  ])
}
