// What the package costs besides: memory, idle time, start, and many pairs.

import { kibibytes, milliseconds, program, ratio } from './common.js'
import { canPlace } from '../placement.js'

const alone = /** @type {const} */ ({ placement: 'free' })
const [node = '', ...withGc] = program('idle-memory', 10_000)

/** @type {import('./index.js').Named} */
export const costs = [
  ['import', { ...alone, measuring: program('import'), unit: 'ms', figure: milliseconds }],
  ['binary size', { ...alone, measuring: program('binary-size'), unit: 'KiB', figure: kibibytes }],
  ['idle', { ...alone, measuring: program('idle', 1000, 3000), unit: 'ms', figure: milliseconds }],
  [
    'memory, open',
    {
      ...alone,
      measuring: [node, '--expose-gc', ...withGc, 'open'],
      unit: 'KiB',
      figure: kibibytes,
    },
  ],
  [
    'memory, waiting',
    {
      ...alone,
      measuring: [node, '--expose-gc', ...withGc, 'waiting'],
      unit: 'KiB',
      figure: kibibytes,
    },
  ],
  [
    'cost of idle pairs',
    {
      type: 'stream',
      // Where the scheduler moves the two about, that is all that one sees.
      placement: canPlace ? 'each' : 'free',
      measuring: program('idle-cost', 10_000),
      other: program('echo'),
      unit: '',
      figure: ratio,
    },
  ],
]

for (const how of ['at once', 'in turn']) {
  costs.push([
    `cost of active pairs, ${how}`,
    {
      type: 'seqpacket',
      placement: canPlace ? 'each' : 'free',
      measuring: program('active', 10_000, how),
      other: program('active-echo'),
      unit: '',
      figure: ({ many = Number.NaN, alone: one = Number.NaN }) => many / one,
      needs: ['seqpacket'],
    },
  ])
}
