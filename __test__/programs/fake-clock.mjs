// Stops every clock that a test can stop, as the fake timers of test runners do, and goes on for a while all the
// same. fake-clock.mjs after|before: the package is imported by then, or not yet. Prints what it did.
import { syncBuiltinESMExports } from 'node:module'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { mock } from 'node:test'
import timers from 'node:timers'

const ROUNDS = 1200
const [, , when = 'after', how = 'all'] = process.argv
const realSetTimeout = setTimeout
const realNextTick = process.nextTick

const TIMERS = ['setTimeout', 'setInterval', 'setImmediate']
const CLEARS = ['clearTimeout', 'clearInterval', 'clearImmediate']

/** What is asked of a stopped clock never comes. */
let asked = 0
function stopped() {
  asked++
  const handle = {
    ref: () => handle,
    unref: () => handle,
    refresh: () => handle,
    hasRef: () => true,
  }
  return handle
}

/** @param {readonly string[]} names */
const all = (names) => Object.fromEntries(names.map((name) => [name, stopped]))

/** Only the globals, as a test runner that prepares a file before its imports. */
function stopGlobals() {
  Object.assign(globalThis, all([...TIMERS, ...CLEARS, 'queueMicrotask']))
}

function stopAll() {
  stopGlobals()
  Object.assign(timers, all([...TIMERS, ...CLEARS]))
  Object.assign(process, { nextTick: stopped })
  Object.assign(performance, { now: () => 0 })
  Object.assign(globalThis, { Date: Object.assign(() => 'never', { now: () => 0 }) })
  syncBuiltinESMExports()
}

if (when === 'before') stopGlobals()
const { Channel, relay, socketpair, supported } = await import('socketpair')
if (how === 'node:test')
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] })
else if (when === 'after') stopAll()

/** @type {Record<string, unknown>} */
const done = { readiness: supported.readiness }
realSetTimeout(() => {
  process.stderr.write(`it hangs: ${JSON.stringify(done)}\n`)
  process.exit(1)
}, 40_000).unref()

/**
 * Both wait for the other in turn.
 * @param {string} name
 * @param {() => Promise<void>} ask
 * @param {() => Promise<void>} answer
 */
async function roundTrips(name, ask, answer) {
  done[name] = ROUNDS
  await Promise.all([
    (async () => {
      for (let round = 0; round < ROUNDS; round++) await ask()
    })(),
    (async () => {
      for (let round = 0; round < ROUNDS; round++) await answer()
    })(),
  ])
}

/**
 * Without a chance for the event loop, but by the package itself.
 * @param {string} name
 * @param {() => Promise<unknown>} step
 */
async function throughItself(name, step) {
  done[name] = ROUNDS
  for (let round = 0; round < ROUNDS; round++) await step()
}

/** @type {(end: import('socketpair').AnySocket, bytes: Buffer) => Promise<number>} */
const put = (end, bytes) => ('write' in end ? end.write(bytes) : end.send(bytes))

/** @type {(end: import('socketpair').AnySocket, bytes: Buffer, options?: { timeout: number }) => Promise<number>} */
const take = async (end, bytes, options) =>
  'read' in end ? end.read(bytes, options) : ((await end.recvInto(bytes, options))?.bytesRead ?? 0)

const buffer = Buffer.alloc(64)
const other = Buffer.alloc(64)
for (const type of /** @type {const} */ (['stream', 'seqpacket', 'dgram'])) {
  const [a, b] = socketpair(type)
  await roundTrips(
    `${type} pair`,
    async () => {
      await put(a, buffer)
      await take(a, buffer)
    },
    async () => {
      await take(b, other)
      await put(b, other)
    },
  )
  await throughItself(`${type} pair alone`, async () => {
    await put(a, buffer)
    await take(b, other)
  })
  done[`${type} timeout`] = await take(a, buffer, { timeout: 5 }).catch(({ code }) => code)
  // Full: what waits goes on when there is room.
  const some = Buffer.alloc(1000)
  let filled = 0
  for (let sent; (sent = 'write' in a ? a.tryWrite(some) : a.trySend(some)) !== undefined;)
    filled += sent
  const writing = put(a, some)
  for (let landed = 0; landed < filled + 1000;) landed += await take(b, some)
  await writing
  a.close()
  b.close()
}

for (const type of /** @type {const} */ (['stream', 'seqpacket', 'dgram'])) {
  const [a, b] = socketpair(type)
  const here = new Channel(a, { codec: 'json' })
  const there = new Channel(b, { codec: 'json' })
  await throughItself(`${type} channel`, async () => {
    await here.send('one')
    await there.recv()
  })
  there.onRequest((value) => `${value}!`)
  await throughItself(`${type} requests`, () => here.request('one'))
  there.onRequest(null)
  done[`${type} channel timeout`] = await here.recv({ timeout: 5 }).catch(({ code }) => code)
  await here.close()
  await there.close()
}

{
  const [a, far] = socketpair()
  const [b, beyond] = socketpair()
  const relaying = relay(a, b, { onProgress: () => {} })
  await roundTrips(
    'relay',
    async () => {
      await far.write('ping')
      await far.read(buffer)
    },
    async () => {
      await beyond.read(other)
      await beyond.write('pong')
    },
  )
  far.close()
  beyond.close()
  await relaying
  a.close()
  b.close()
}

// Streams are Node's own, and need its nextTick where it looks that up when it is called.
process.nextTick = realNextTick
{
  const [a, b] = socketpair()
  const [here, there] = [a.toDuplex(), b.toDuplex()]
  there.pipe(there)
  await throughItself('duplex', async () => {
    here.write('ping')
    await once(here, 'data')
  })
  const silent = once(here.setTimeout(5), 'timeout')
  await silent
  here.end()
  await once(here.resume(), 'close')
  const stream = new PassThrough()
  const channel = new Channel(stream, { codec: 'json' })
  await throughItself('channel over a Duplex of Node', async () => {
    await channel.send('one')
    await channel.recv()
  })
  await channel.close()
  const [c, d] = socketpair()
  const reader = c.readable.getReader()
  const writer = d.writable.getWriter()
  await throughItself('web streams', async () => {
    await writer.write(buffer)
    await reader.read()
  })
  c.close()
  d.close()
}
process.stdout.write(`${JSON.stringify({ ...done, asked })}\n`)
