// The table's rows: what is set against what, and the goal.

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} ours the configuration of this package
 * @property {string} [reference] what it is divided by; without it the figure itself counts
 * @property {'≥' | '≤'} sense which way is better
 * @property {number} [goal] without it the row is there for comparison
 */

/** @type {Row[]} */
export const rows = [
  ...['64 KiB', '1 MiB'].flatMap((size) => [
    streamRow(size, `C, stream, ${size}`, 'C', 1),
    streamRow(size, `net.Socket 'data', ${size}`, "net.Socket 'data'", 1.7),
    streamRow(size, `net.Socket onread, ${size}`, 'net.Socket onread', 1),
  ]),
  ...['64 KiB', '1 MiB'].map((size) => duplexRow(size)),
  streamRow('64 KiB', 'usocket, 64 KiB', 'usocket'),
  streamRow('64 KiB', 'bun, stream, 64 KiB', 'Bun.listen'),
  streamRow('64 KiB', 'deno, stream, 64 KiB', 'Deno.listen'),
  seqpacketRow('one by one, against C', 'package, seqpacket, 64 B', 0.75),
  seqpacketRow(
    'sendMany and recvMany, against C one call each',
    'package, seqpacket, 64 B, batches',
    1,
  ),
  channelRow('C, stream, 64 B', 'C one write each', 9),
  channelRow("child_process 'advanced', 64 B", "child_process 'advanced'", 60),
  channelRow("child_process 'json', 64 B", "child_process 'json'"),
  channelRow('MessagePort clone, 64 B', 'MessagePort, cloned', 15),
  channelRow('MessagePort transfer, 64 B', 'MessagePort, transferred', 15),
  channelRow('net.Socket corked, 64 B', 'net.Socket corked, without framing'),
  channelRow('zeromq, 64 B', 'zeromq', 20),
  channelRow('node-unix-socket, 64 B', 'node-unix-socket', 35),
  channelRow('unix-dgram, 64 B', 'unix-dgram'),
  ...['bun', 'deno'].flatMap((runtime) =>
    ['advanced', 'json'].map((serialization) =>
      channelRow(
        `${runtime} child_process '${serialization}', 64 B`,
        `child_process '${serialization}' in ${runtime}`,
      ),
    ),
  ),
  roundTripRow('busy, a CPU each', 'busy, each', 0.15),
  roundTripRow('busy, not pinned', 'busy, free', 0.4),
  roundTripRow('busy, both on one CPU', 'busy, one', 0.65),
  roundTripRow('one a millisecond', 'paced, free', 0.85),
  busyRow('C, round trip, busy, free', 'C that blocks'),
  busyRow('zeromq, round trip, busy', 'zeromq', 0.1),
  busyRow("child_process 'advanced', round trip", "child_process 'advanced'", 0.15),
  busyRow("child_process 'json', round trip", "child_process 'json'"),
  busyRow('MessagePort, round trip, busy', 'MessagePort'),
  ...['bun', 'deno'].flatMap((runtime) =>
    ['advanced', 'json'].map((serialization) =>
      busyRow(
        `${runtime} child_process '${serialization}', round trip`,
        `child_process '${serialization}' in ${runtime}`,
      ),
    ),
  ),
  { name: 'resident memory of an open pair, KiB', ours: 'memory, open', sense: '≤', goal: 4 },
  {
    name: 'resident memory of a pair with a waiting read, KiB',
    ours: 'memory, waiting',
    sense: '≤',
    goal: 8,
  },
  {
    name: 'round trip amid 10 000 idle pairs, against without',
    ours: 'cost of idle pairs',
    sense: '≤',
    goal: 1.05,
  },
  {
    name: 'a message of 10 000 pairs, all active at once, against one pair',
    ours: 'cost of active pairs, at once',
    sense: '≤',
    goal: 1.5,
  },
  {
    name: 'a message of 10 000 pairs, active in turn, against one pair',
    ours: 'cost of active pairs, in turn',
    sense: '≤',
  },
  { name: 'CPU time while 1 000 pairs wait for 3 s, ms', ours: 'idle', sense: '≤', goal: 5 },
  { name: 'import of the package, ms', ours: 'import', sense: '≤', goal: 10 },
  { name: 'size of the binary, KiB', ours: 'binary size', sense: '≤', goal: 1024 },
]

/**
 * @param {string} size
 * @param {string} reference
 * @param {string} label
 * @param {number} [goal]
 * @returns {Row}
 */
function streamRow(size, reference, label, goal) {
  const name = `stream ${size} writes, against ${label}`
  return { name, ours: `package, stream, ${size}`, reference, sense: '≥', ...goalOf(goal) }
}

/**
 * @param {string} size
 * @returns {Row}
 */
function duplexRow(size) {
  return {
    name: `toDuplex() 'data', ${size} writes, against net.Socket 'data'`,
    ours: `package, toDuplex() 'data', ${size}`,
    reference: `net.Socket 'data', ${size}`,
    sense: '≥',
    goal: 1,
  }
}

/**
 * @param {string} how
 * @param {string} ours
 * @param {number} goal
 * @returns {Row}
 */
function seqpacketRow(how, ours, goal) {
  return { name: `seqpacket 64 B, ${how}`, ours, reference: 'C, seqpacket, 64 B', sense: '≥', goal }
}

/**
 * @param {string} reference
 * @param {string} label
 * @param {number} [goal]
 * @returns {Row}
 */
function channelRow(reference, label, goal) {
  const name = `Channel, 64 B messages, against ${label}`
  return { name, ours: 'package, Channel, 64 B', reference, sense: '≥', ...goalOf(goal) }
}

/**
 * @param {string} label
 * @param {string} how
 * @param {number} goal
 * @returns {Row}
 */
function roundTripRow(label, how, goal) {
  return {
    name: `round trip 64 B, ${label}, p50, against net.Socket`,
    ours: `package, round trip, ${how}`,
    reference: `net.Socket, round trip, ${how}`,
    sense: '≤',
    goal,
  }
}

/**
 * @param {string} reference
 * @param {string} label
 * @param {number} [goal]
 * @returns {Row}
 */
function busyRow(reference, label, goal) {
  const name = `round trip 64 B, busy, p50, against ${label}`
  return { name, ours: 'package, round trip, busy, free', reference, sense: '≤', ...goalOf(goal) }
}

/** @param {number | undefined} goal */
function goalOf(goal) {
  return goal === undefined ? {} : { goal }
}
