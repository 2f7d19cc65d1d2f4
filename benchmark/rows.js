// The table's rows: what is set against what, and the goal.

import { canPlace } from './placement.js'

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} ours the configuration of this package
 * @property {string} [reference] what it is divided by; without it the figure itself counts
 * @property {'≥' | '≤'} sense
 * @property {number} goal
 * @property {number} [milestone] what is asked of the present state, where that is less
 */

/** @type {Row[]} */
const placedRows = [
  {
    name: 'round trip 64 B, busy, a CPU each, p50, against net.Socket',
    ours: 'package, round trip, busy, each',
    reference: 'net.Socket, round trip, busy, each',
    sense: '≤',
    goal: 0.15,
    milestone: 1.6,
  },
  {
    name: 'round trip 64 B, busy, both on one CPU, p50, against net.Socket',
    ours: 'package, round trip, busy, one',
    reference: 'net.Socket, round trip, busy, one',
    sense: '≤',
    goal: 0.65,
    milestone: 1.6,
  },
]

/** @type {Row[]} */
export const rows = [
  ...['64 KiB', '1 MiB'].flatMap((size) => [
    streamRow(size, `C, stream, ${size}`, 'C', 1),
    streamRow(size, `net.Socket 'data', ${size}`, "net.Socket 'data'", 1.7),
    streamRow(size, `net.Socket onread, ${size}`, 'net.Socket onread', 1),
  ]),
  {
    name: 'seqpacket 64 B, one by one, against C',
    ours: 'package, seqpacket, 64 B',
    reference: 'C, seqpacket, 64 B',
    sense: '≥',
    goal: 0.75,
    milestone: 0.6,
  },
  {
    name: 'round trip 64 B, busy, not pinned, p50, against net.Socket',
    ours: 'package, round trip, busy, free',
    reference: 'net.Socket, round trip, busy, free',
    sense: '≤',
    goal: 0.4,
    milestone: 1.6,
  },
  ...(canPlace ? placedRows : []),
  {
    name: 'round trip 64 B, one a millisecond, p50, against net.Socket',
    ours: 'package, round trip, paced, free',
    reference: 'net.Socket, round trip, paced, free',
    sense: '≤',
    goal: 0.85,
  },
  { name: 'import of the package, ms', ours: 'import', sense: '≤', goal: 10, milestone: 15 },
  {
    name: 'CPU time while 1 000 pairs wait for 3 s, ms',
    ours: 'idle',
    sense: '≤',
    goal: 5,
  },
]

/**
 * @param {string} size
 * @param {string} reference
 * @param {string} label
 * @param {number} goal
 * @returns {Row}
 */
function streamRow(size, reference, label, goal) {
  return {
    name: `stream ${size} writes, against ${label}`,
    ours: `package, stream, ${size}`,
    reference,
    sense: '≥',
    goal,
  }
}
