// Relays while system calls fail: started with the library of faults.c preloaded, told which part to play.

import { once } from 'node:events'
import { accessSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { relay, socketpair } from 'socketpair'
import { descriptorsComeBackTo, openDescriptors, same, turns, warmUp } from './support.mjs'

/** @typedef {import('socketpair').StreamSocket} StreamSocket */
/** @typedef {import('socketpair').AnySocket} AnySocket */

/** @param {string} list what is to happen from now on */
function inject(list) {
  accessSync(`/faults/${list}`)
}

/** Nothing happens from here on; something must have. */
function stop() {
  accessSync('/faults/?')
  accessSync('/faults/')
}

/**
 * Waits until a relay has taken what is queued at the end `from`, and could not send it.
 *
 * @param {AnySocket} from
 */
async function untilHeld(from) {
  for (;;) {
    await turns(1)
    if (from.type === 'stream' && from.readableLength > 0) continue
    try {
      accessSync('/faults/?')
      return
    } catch {
      // Nothing was refused yet.
    }
  }
}

/**
 * @param {Promise<unknown>} operation
 * @returns {Promise<import('socketpair').SystemError>}
 */
async function rejection(operation) {
  let value
  try {
    value = await operation
  } catch (error) {
    return /** @type {import('socketpair').SystemError} */ (error)
  }
  throw new Error(`expected a rejection, got ${JSON.stringify(value)}`)
}

/**
 * @param {AnySocket} end
 * @param {string} data
 */
const put = (end, data) => ('write' in end ? end.write(data) : end.send(data))

/** @param {AnySocket} end */
async function take(end) {
  if ('write' in end) return String(await end.readChunk())
  return String((await end.recv())?.data)
}

/**
 * Two pairs with small buffers: the relay asks poll(2) for room too.
 *
 * @param {string} type
 */
function chain(type) {
  const options = { sendBufferSize: 8192 }
  const [client, a] = socketpair(/** @type {'stream'} */ (type), options)
  const [b, server] = socketpair(/** @type {'stream'} */ (type), options)
  return /** @type {Record<'client' | 'a' | 'b' | 'server', AnySocket>} */ ({
    client,
    a,
    b,
    server,
  })
}

const types = ['stream', 'dgram', 'seqpacket']

/** @type {Record<string, (list: string) => Promise<void>>} */
const parts = {
  // The destination was called ready and takes nothing: what was taken for it is held at the abort.
  async held() {
    for (const type of types) {
      for (const message of ['held back', ...(type === 'stream' ? [] : [''])]) {
        const { client, a, b, server } = chain(type)
        await put(client, message)
        await put(client, 'next')
        inject('send:EAGAIN:1000')
        const controller = new AbortController()
        const relaying = relay(/** @type {any} */ (a), b, { signal: controller.signal })
        await untilHeld(a)
        controller.abort()
        const reason = await rejection(relaying)
        same(reason, controller.signal.reason, 'reason')
        same(reason.aToB, 0, 'delivered')
        same((await rejection(relay(/** @type {any} */ (a), b))).code, 'EBUSY', 'the rest waits')
        const behind = put(b, 'behind')
        stop()
        await behind
        if (type === 'stream') {
          same(await take(server), 'held backnextbehind', 'bytes')
        } else {
          same(await take(server), message, 'what was held')
          same(await take(server), 'behind', 'what was sent behind it')
          same(await take(a), 'next', 'what was not taken')
        }
        same(a.bytesRead, message.length + 4, 'bytesRead')
        same(b.bytesWritten, message.length + (type === 'stream' ? 10 : 6), 'bytesWritten')
        for (const end of [client, a, b, server]) end.close()
      }
    }
  },

  // An end that is closed takes what is held for it along; what is held for the other one is delivered.
  async 'held at a close'() {
    for (const which of /** @type {const} */ (['a', 'b'])) {
      const { client, a, b, server } = chain('seqpacket')
      await put(client, 'for b')
      inject('send:EAGAIN:1000')
      const relaying = relay(/** @type {any} */ (a), b)
      await untilHeld(a)
      const ends = { a, b }
      ends[which].close()
      const error = await rejection(relaying)
      same(error.code, 'ECANCELED', 'code')
      same(error.aToB, 0, 'delivered')
      stop()
      same(await take(server), which === 'a' ? 'for b' : 'undefined', 'what arrives')
      for (const end of [client, a, b, server]) end.close()
    }
  },

  // The kernel holds a call of the relay's thread up: an abort and a close don't wait for that, and the ends come
  // back when it is over.
  async 'held up'() {
    for (const type of types) {
      for (const how of ['abort', 'close']) {
        const { client, a, b, server } = chain(type)
        inject('recv:stall:@1')
        const controller = new AbortController()
        const relaying = relay(/** @type {any} */ (a), b, { signal: controller.signal })
        await put(client, 'taken')
        await untilHeld(b)
        if (how === 'abort') controller.abort()
        else a.close()
        const reason = await rejection(relaying)
        if (how === 'abort') same(reason, controller.signal.reason, 'reason')
        else same(reason.code, 'ECANCELED', 'code')
        same((await rejection(put(b, 'early'))).code, 'EBUSY', 'an end that is not back')
        stop()
        for (;;) {
          const error = await put(b, 'behind').then(
            () => null,
            (thrown) => thrown,
          )
          if (!error) break
          same(error.code, 'EBUSY', 'code')
          await turns(1)
        }
        // What the call that was held up took is delivered before; what it did not take is where it was.
        let arrived = await take(server)
        if (arrived === 'taken') arrived = await take(server)
        else if (how === 'abort' && arrived === 'behind') same(await take(a), 'taken', 'the rest')
        same(arrived.replace('taken', ''), 'behind', 'what was sent then')
        for (const end of [client, a, b, server]) end.close()
      }
    }
  },

  // An abort in the middle of a call: when it rejects both ends are back.
  async 'held up for a moment'() {
    for (const type of types) {
      const { client, a, b, server } = chain(type)
      inject('recv:stall:@1')
      const controller = new AbortController()
      const relaying = relay(/** @type {any} */ (a), b, { signal: controller.signal })
      await put(client, 'taken')
      await untilHeld(b)
      controller.abort()
      // Had the abort waited, it would have been for this.
      stop()
      same(await rejection(relaying), controller.signal.reason, 'reason')
      await put(b, 'behind')
      let arrived = await take(server)
      if (arrived === 'taken') arrived = await take(server)
      else if (arrived === 'behind') same(await take(a), 'taken', 'the rest')
      same(arrived.replace('taken', ''), 'behind', 'what was sent then')
      for (const end of [client, a, b, server]) end.close()
    }
  },

  // So does the end of a worker, or of the process.
  async 'held up at the end'() {
    const { client, a, b, server } = chain('stream')
    const relaying = relay(a, /** @type {any} */ (b))
    inject('recv:stall:@1')
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads')
      import('socketpair').then(async ({ relay, socketpair }) => {
        const [client, a] = socketpair()
        const [b, server] = socketpair()
        relay(a, b).catch(() => {})
        await client.write('taken')
        parentPort.postMessage([client.fd, server.fd])
      })`,
      { eval: true },
    )
    await once(worker, 'message')
    await untilHeld(b)
    await worker.terminate()
    // The thread is others' too: what they wait for goes on with it.
    stop()
    await put(client, 'through')
    same(await take(server), 'through')
    inject('recv:stall:@1')
    await put(client, 'taken')
    await untilHeld(b)
    relaying.catch(() => {})
    console.log('all of it')
    process.exit(0)
  },

  async random(list) {
    for (const type of types) {
      const { client, a, b, server } = chain(type)
      const messages = Array.from({ length: 2000 }, (_, i) => `${i} `.padEnd(i % 700, '.'))
      inject(list)
      const controller = new AbortController()
      const relaying = relay(/** @type {any} */ (a), b, { signal: controller.signal })
      const sending = (async () => {
        for (const message of messages) await put(client, message)
      })()
      const wanted = messages.join('')
      let received = ''
      while (received.length < wanted.length) received += await take(server)
      same(received, wanted, type)
      await sending
      stop()
      controller.abort()
      const reason = await rejection(relaying)
      same(reason, controller.signal.reason, 'reason')
      same(a.bytesRead, wanted.length, 'bytesRead')
      for (const end of [client, a, b, server]) end.close()
    }
  },

  // The system can't watch one of the ends: nothing begins.
  async begin(list) {
    const { client, a, b, server } = chain('stream')
    inject(list)
    const error = await rejection(relay(/** @type {any} */ (a), b))
    stop()
    same(error.code, list.split(':')[1], 'code')
    await put(client, 'to a')
    same(await take(a), 'to a')
    await put(server, 'to b')
    same(await take(b), 'to b')
    const relaying = relay(/** @type {any} */ (a), b)
    await put(client, 'relayed')
    same(await take(server), 'relayed')
    client.shutdown('write')
    server.shutdown('write')
    same((await relaying).aToB, 7, 'delivered')
    for (const end of [client, a, b, server]) end.close()
  },
}

const [part = '', list = '', warm] = process.argv.slice(2)
if (warm === 'warm') await warmUp()
const before = openDescriptors()
await /** @type {(list: string) => Promise<void>} */ (parts[part])(list)
// The I/O runtime's own, if it was started meanwhile.
await descriptorsComeBackTo(before + (warm === 'warm' ? 0 : 5))
console.log('all of it')
