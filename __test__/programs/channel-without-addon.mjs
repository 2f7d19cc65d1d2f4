// Runs beside a copy of the package that has no addon: all that a channel does over streams of Node.
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { Channel, supported } from 'socketpair'

if (supported.stream) throw new Error('there is an addon')

/** @typedef {import('node:net').Socket} NetSocket */

/** @param {unknown} actual @param {unknown} expected @param {string} what */
function same(actual, expected, what) {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (one !== other) throw new Error(`${what}: ${one}, and not ${other}`)
}

/** @param {Promise<unknown> | (() => unknown)} failing @param {string} code */
async function fails(failing, code) {
  let error
  try {
    await (typeof failing === 'function' ? failing() : failing)
  } catch (reason) {
    error = /** @type {NodeJS.ErrnoException} */ (reason)
  }
  same(error?.code, code, 'the error')
  if (code.startsWith('ERR_')) return
  if (
    !error ||
    !error.message.startsWith(`${code}: `) ||
    !((error.errno ?? 0) < 0) ||
    !error.syscall
  )
    throw new Error('no error of the system', { cause: error })
}

/** @param {object | string} where @returns {Promise<[NetSocket, NetSocket]>} */
async function ends(where) {
  const server = createServer({ allowHalfOpen: true }).listen(where)
  await once(server, 'listening')
  const address = server.address()
  const to =
    typeof address === 'string'
      ? { path: address }
      : { host: '127.0.0.1', port: address?.port ?? 0 }
  const there = connect({ allowHalfOpen: true, ...to })
  const [[here]] = await Promise.all([once(server, 'connection'), once(there, 'connect')])
  server.close()
  return [here, there]
}

const path =
  process.platform === 'win32' && !process.env['PRETENDS']
    ? '\\\\.\\pipe\\socketpair-test'
    : './pipe.sock'

for (const where of [{ port: 0, host: '127.0.0.1' }, { path }]) {
  for (const codec of /** @type {const} */ (['raw', 'json', 'v8'])) {
    const options = /** @type {{ codec: 'json' }} */ ({ codec, highWaterMark: 10_000 })
    const make = async () => (await ends(where)).map((end) => new Channel(end, options))
    let [a, b] = /** @type {[Channel, Channel]} */ (/** @type {unknown} */ (await make()))
    await a.send('one')
    same(a.trySend('two'), true, 'trySend')
    await a.flush()
    same(String(await b.recv()), 'one', 'recv')
    same(String((await b.recvMessage())?.value), 'two', 'recvMessage')
    const long = 'long'.repeat(50_000)
    for (let n = 0; n < 5; n++) a.send(long).catch(() => {})
    for (let got = 0; got < 5;) {
      for (const value of (await b.recvMany({ copy: true })) ?? []) {
        same(String(value), long, 'recvMany')
        got++
      }
    }
    b.onRequest((value) => {
      if (String(value) === 'bad') throw new Error('not that')
      return String(value) === 'slow' ? new Promise(() => {}) : value
    })
    same(String(await a.request('question')), 'question', 'request')
    await fails(a.request('bad'), 'ERR_REQUEST_FAILED')
    await fails(a.request('slow', { timeout: 5 }), 'ETIMEDOUT')
    const controller = new AbortController()
    const aborted = a.request('slow', { signal: controller.signal })
    controller.abort(Object.assign(new Error('enough'), { code: 'ERR_ENOUGH' }))
    await fails(aborted, 'ERR_ENOUGH')
    await fails(a.recv({ timeout: 5 }), 'ETIMEDOUT')
    await fails(a.recv({ timeout: 0 }), 'ETIMEDOUT')
    await fails(a.send('x', { fds: [0] }), 'ERR_INVALID_ARG_VALUE')
    await fails(() => new Channel(a.toDuplex()), 'ERR_INVALID_ARG_VALUE')
    const waiting = fails(a.recv(), 'ECANCELED')
    const asked = fails(a.request('slow'), 'ECANCELED')
    a.unref().ref()
    await a.close()
    await Promise.all([waiting, asked])
    same(a.closed, true, 'closed')
    await fails(a.send('x'), 'EBADF')
    await fails(() => a.trySend('x'), 'EBADF')
    b.onRequest(null)
    same(await b.recv(), null, 'the end')
    await b.close()

    // A peer that reads nothing: what waits is given up.
    ;[a, b] = /** @type {[Channel, Channel]} */ (/** @type {unknown} */ (await make()))
    const stuck = Array.from({ length: 100 }, () => a.send(long).catch(() => {}))
    await fails(a.flush({ timeout: 5 }), 'ETIMEDOUT')
    await fails(a.close({ timeout: 5 }), 'ETIMEDOUT')
    await Promise.all(stuck)
    await b.close()

    // As streams, and by iteration.
    ;[a, b] = /** @type {[Channel, Channel]} */ (/** @type {unknown} */ (await make()))
    const duplex = a.toDuplex()
    duplex.write('to the web')
    const reader = b.readable.getReader()
    same(String((await reader.read()).value), 'to the web', 'readable')
    const writer = b.writable.getWriter()
    await writer.write('from the web')
    same(String((await once(duplex, 'data'))[0]), 'from the web', 'toDuplex')
    duplex.end()
    same((await reader.read()).done, true, 'the end of readable')
    await writer.close()
    await once(duplex, 'close')
    ;[a, b] = /** @type {[Channel, Channel]} */ (/** @type {unknown} */ (await make()))
    for (let n = 0; n < 3; n++) await a.send('x')
    await a.close()
    let count = 0
    for await (const value of b) count += String(value).length
    same(count, 3, 'for await')
    // A peer that is destroyed in the middle of a value.
    await b.close()
    const [here, there] = await ends(where)
    b = /** @type {Channel} */ (new Channel(here, options))
    there.write(Buffer.from([10, 0, 0, 0, 1]))
    there.end()
    await fails(b.recv(), 'ERR_UNEXPECTED_EOF')
    there.destroy()
    await b.close()
  }
}
rmSync(path, { force: true })
console.log('all of it works')
