// Sessions of a channel with a peer that sends frames which are cut, changed or lies, over every transport and
// codec. What was honest arrives in order; everything ends; errors are those of the documentation.

import { setImmediate as turn } from 'node:timers/promises'
import { Channel, socketpair, stats } from 'socketpair'
import { comesTrue, descriptors, residentMemory } from '../../shared/own-process.js'
import { begin, fault, hasTime, setContext, started, report, trace } from '../../shared/program.js'
import { Random } from '../../shared/random.js'
import { frame, honestBody, mutate } from '../frames/frame.js'
import { play } from '../frames/peer.js'

/** What a receive may say of a hostile peer, or of the end. */
const EXPECTED = new Set([
  'ERR_DECODE',
  'ERR_BAD_FRAME',
  'ERR_UNEXPECTED_EOF',
  'ERR_MESSAGE_TOO_LARGE',
  'ERR_REQUEST_FAILED',
  'EPIPE',
  'ECONNRESET',
  'ECONNREFUSED',
  'ENOTCONN',
  'ECANCELED',
  'ETIMEDOUT',
  'EBADF',
  'ERR_STREAM_PREMATURE_CLOSE',
])

/** Receiving has ended after these. */
const LAST = new Set([
  'ERR_BAD_FRAME',
  'ERR_UNEXPECTED_EOF',
  'ERR_MESSAGE_TOO_LARGE',
  'EBADF',
  'ECANCELED',
])

/** MiB above the beginning that a process may come to. AddressSanitizer keeps what is freed. */
const MOST_MEMORY = process.env['ASAN_OPTIONS'] === undefined ? 400 : Infinity

const custom = {
  encode: (/** @type {Buffer} */ value) => value,
  decode: (/** @type {Buffer} */ bytes) => {
    if (bytes.length === 7) throw Object.assign(new Error('seven'), { code: 'ERR_DECODE' })
    return bytes
  },
}

/** @param {any} error */
function expected(error) {
  if (!EXPECTED.has(error?.code)) fault('an error without a known code', error)
  return error.code
}

/** @param {any} value */
const bytesOf = (value) => (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value)))

/**
 * Receives until the end, in one of the ways.
 *
 * @param {any} channel
 * @param {Random} random
 * @param {(value: any) => void} take
 */
async function receiveAll(channel, random, take) {
  const way = random.below(3)
  for (let errors = 0; errors < 1000;) {
    try {
      if (way === 0) {
        const value = await channel.recv()
        if (value === null) return
        take(value)
      } else if (way === 1) {
        const values = await channel.recvMany({
          max: random.pick([1, 3, 1000]),
          copy: random.once(2),
        })
        if (values === null) return
        for (const each of values) take(each)
      } else {
        const message = await channel.recvMessage()
        if (message === null) return
        for (const received of message.fds) received.close()
        take(message.value)
      }
    } catch (error) {
      errors++
      const code = expected(error)
      if (LAST.has(code) || code === 'ERR_STREAM_PREMATURE_CLOSE') return
    }
  }
}

/** @param {Random} random */
function transports(random) {
  const type = random.pick(
    /** @type {const} */ (['stream', 'stream', 'seqpacket', 'dgram', 'duplex']),
  )
  if (type !== 'duplex') return { type, pair: socketpair(type) }
  return { type, pair: socketpair() }
}

/** @param {number} seed */
async function session(seed) {
  const random = new Random(seed)
  const codec = random.pick(/** @type {const} */ (['raw', 'raw', 'json', 'v8', 'custom']))
  const { type, pair } = transports(random)
  const [ours, theirs] = /** @type {[any, any]} */ (pair)
  const transport = type === 'duplex' ? ours.toDuplex() : ours
  if (type === 'duplex') transport.on('error', expected)
  const limits = random.once(2) ? {} : { maxMessageBytes: random.pick([1, 100, 300_000]) }
  const marks = random.once(2) ? {} : { highWaterMark: random.pick([1, 1000]) }
  const how = /** @type {any} */ (codec === 'custom' ? custom : codec)
  const channel = new Channel(transport, { ...limits, ...marks, codec: how })
  const honest = Array.from({ length: random.below(8) }, () => honestBody(random, codec))
  const hostile = Array.from({ length: random.between(0, 20) }, () => {
    const kind = random.pick([0, 0, 1, 1, 2, 3])
    return mutate(random, frame(honestBody(random, codec), { kind, number: random.below(4) }))
  })
  const reads = random.once(2)
  const names = `${type} ${codec} ${JSON.stringify({ ...limits, ...marks, reads })}`
  const text = `${names}, ${honest.length} honest, ${hostile.length} hostile frames`
  trace(`${seed}: ${text}`)
  setContext(() => text)

  const most = limits.maxMessageBytes ?? 2 ** 26
  const fitting = honest.findIndex((body) => body.length > most)
  const sure = fitting === -1 ? honest : honest.slice(0, fitting)
  let taken = 0
  const take = (/** @type {any} */ value) => {
    const due = sure[taken++]
    // Behind them comes whatever the mutations came to.
    if (due === undefined || codec === 'v8' || codec === 'custom') return
    if (!bytesOf(value).equals(due))
      fault(`honest message ${taken} of ${sure.length} came as another`)
  }
  if (random.once(2)) {
    const slow = random.once(3)
    channel.onRequest((/** @type {any} */ asked) => (slow ? turn().then(() => asked) : asked))
  }
  const receiving = receiveAll(channel, random, take)
  const asked = []
  for (let i = random.below(4); i > 0; i--) {
    const value = /** @type {any} */ (codec === 'raw' || codec === 'custom' ? Buffer.from('x') : 7)
    asked.push(channel.request(value).catch(expected))
  }
  const { leave } = await play(
    theirs,
    [...honest.map((body) => frame(body)), ...hostile],
    random,
    reads,
  )
  // A message that is too long ends receiving, and the custom codec refuses some.
  const whole = sure.length === honest.length && codec !== 'custom' && !theirs.closed
  if (whole && !(await comesTrue(() => taken >= sure.length))) {
    fault(`only ${taken} of ${sure.length} honest messages came`)
  }
  await leave()
  const closing = channel.close({ timeout: 20 }).catch(expected)
  await closing
  if (type === 'duplex') transport.destroy()
  else ours.close()
  let settled = false
  Promise.all([receiving, ...asked]).then(
    () => (settled = true),
    (error) => fault('the session', error),
  )
  if (!(await comesTrue(() => settled)))
    fault('both ends are closed, and not everything has settled')
  const back = await comesTrue(() => {
    const { pendingOperations, openEnds, receivedFds } = stats()
    return pendingOperations === 0 && openEnds === 0 && receivedFds === 0
  })
  if (!back) fault(`both ends are closed, and stats() says ${JSON.stringify(stats())}`)
  return honest.length + hostile.length
}

const most = Number(started.args[0])
for (let seed = 0; seed < 5; seed++) await session(seed)
const [before, beganWith] = [descriptors().length, residentMemory()]
let [sessions, frames, peak] = [0, 0, 0]
while (sessions < most && (hasTime() || sessions === 0)) {
  const seed = (started.seed + sessions++) >>> 0
  begin(seed)
  frames += await session(seed)
  if (sessions % 20 === 0) peak = Math.max(peak, residentMemory() - beganWith)
}
if (peak > MOST_MEMORY) fault(`${peak.toFixed(0)} MiB more than at the beginning`)
if (!(await comesTrue(() => descriptors().length <= before))) {
  fault(`descriptors were left open:\n${descriptors().join('\n')}`)
}
report({ sessions, frames, 'most MiB more': peak })
process.exit(0)
