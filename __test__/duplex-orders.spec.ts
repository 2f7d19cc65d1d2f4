// Counts and orders that users of net.Socket have come to rely on, found by Node's own tests: the same for both.
import { once } from 'node:events'
import * as http from 'node:http'
import * as tls from 'node:tls'
import { setImmediate as turn } from 'node:timers/promises'
import { both, type EitherDuplex } from './helpers/duplexes.ts'
import { CLIENT_KEY, SERVER_KEY } from './helpers/shared-key.ts'
import { until } from './helpers/until.ts'

const LARGE = 2_000_000

/** Calls back after so many ticks, each of them asked for by the one before. */
function afterTicks(count: number, callback: () => void): void {
  if (count === 0) callback()
  else process.nextTick(afterTicks, count - 1, callback)
}

both('bytesWritten counts what was written, waiting or not', async (t, make) => {
  const [a, b] = make(t)
  a.write(Buffer.alloc(LARGE))
  t.is(a.bytesWritten, LARGE)
  a.cork()
  a.write('ž')
  a.write('c5be', 'hex')
  t.is(a.bytesWritten, LARGE + 4)
  a.uncork()
  t.is(a.bytesWritten, LARGE + 4)
  b.resume()
  await new Promise<void>((resolve) => a.end('end', () => resolve()))
  t.is(a.bytesWritten, LARGE + 7)
  await once(b, 'end')
  t.is(b.bytesRead, LARGE + 7)
  b.end()
  a.resume()
  await until(() => a.closed)
  t.is(a.bytesWritten, LARGE + 7)
})

both('bufferSize is what waits, and undefined once it is destroyed', async (t, make) => {
  const [a] = make(t)
  t.is(a.bufferSize, 0)
  a.write(Buffer.alloc(LARGE))
  a.write('more')
  t.is(a.bufferSize, a.writableLength)
  t.true(Number(a.bufferSize) > 0)
  a.destroy()
  t.is(a.bufferSize, undefined)
})

both('timeout says what was set, and is anyone’s to overwrite', async (t, make) => {
  const [a] = make(t)
  t.is(a.timeout, undefined)
  a.setTimeout(1000)
  t.is(a.timeout, 1000)
  a.timeout = 0
  t.is(a.timeout, 0)
  a.setTimeout(0)
  t.is(a.timeout, 0)
})

both(
  'a write behind the end of the peer is EPIPE where it ended this side too',
  async (t, make) => {
    const [a, b] = make(t, { allowHalfOpen: false })
    const codes: (string | undefined)[] = []
    a.on('error', (error: NodeJS.ErrnoException) => codes.push(`event ${error.code}`))
    const closed = new Promise((resolve) => a.once('close', resolve))
    a.on('end', () => {
      const took = a.write('late', (error) => {
        codes.push(`callback ${(error as NodeJS.ErrnoException).code}`)
      })
      t.false(took)
      t.deepEqual(codes, [])
    })
    a.resume().end()
    b.end()
    await closed
    t.deepEqual(codes, ['callback EPIPE', 'event EPIPE'])
  },
)

both('a half-open one writes behind the end of the peer', async (t, make) => {
  const [a, b] = make(t)
  a.resume()
  b.end()
  await once(a, 'end')
  a.write('still ')
  a.end('here')
  let text = ''
  for await (const chunk of b) text += String(chunk)
  t.is(text, 'still here')
})

both('the end comes behind what the last chunk has left for next ticks', async (t, make) => {
  const [a, b] = make(t)
  await new Promise<void>((resolve) => a.end('all at once', () => resolve()))
  const order: string[] = []
  b.on('end', () => order.push('end'))
  b.on('data', () => {
    order.push('data')
    afterTicks(10, () => order.push('ticks'))
  })
  await once(b, 'end')
  t.deepEqual(order, ['data', 'ticks', 'end'])
})

for (const error of [undefined, new Error('reason')]) {
  const how = error ? 'with an error' : 'without one'
  both(
    `'close' of a destroy() ${how} comes behind what was left for next ticks`,
    async (t, make) => {
      const [a] = make(t)
      const order: string[] = []
      a.on('error', () => order.push('error'))
      a.on('close', () => order.push('close'))
      a.destroy(error)
      afterTicks(10, () => order.push('ticks'))
      t.deepEqual(order, [])
      await once(a, 'close').catch(() => until(() => order.includes('close')))
      t.deepEqual(order, [...(error ? ['error'] : []), 'ticks', 'close'])
    },
  )
}

both('an HTTP request whose body is no HTTP ends before its connection closes', async (t, make) => {
  const [a, b] = make(t, { allowHalfOpen: true })
  const order: string[] = []
  const server = http.createServer((request) => {
    request.resume().on('end', () => order.push('end of the request'))
  })
  b.on('close', () => order.push('close'))
  server.emit('connection', b)
  a.on('error', () => {}).resume()
  a.write('GET / HTTP/1.1\r\nHost: pair\r\n\r\n')
  a.write('no HTTP at all')
  await until(() => order.includes('close'))
  t.deepEqual(order, ['end of the request', 'close'])
})

async function secured(server: EitherDuplex, client: EitherDuplex) {
  const secureServer = new tls.TLSSocket(server, {
    isServer: true,
    ...SERVER_KEY,
  } as tls.TLSSocketOptions)
  const secureClient = tls.connect({ socket: client, ...CLIENT_KEY })
  await Promise.all([once(secureServer, 'secure'), once(secureClient, 'secureConnect')])
  return [secureServer, secureClient] as const
}

for (const allowHalfOpen of [true, false]) {
  const how = allowHalfOpen ? 'half-open' : 'not half-open'
  both(`the farewell of TLS to a peer that has closed is no error, ${how}`, async (t, make) => {
    const [a, b] = make(t, { allowHalfOpen })
    const [server, client] = await secured(b, a)
    const errors: Error[] = []
    client.on('error', (error: Error) => errors.push(error))
    client.pause()
    server.end('all there is')
    await once(server, 'finish')
    server.destroy()
    await until(() => b.destroyed)
    let text = ''
    client.on('end', () => client.end())
    client.on('data', (chunk: Buffer) => (text += String(chunk))).resume()
    await once(client, 'close')
    t.is(text, 'all there is')
    t.deepEqual(errors, [])
    for (let turns = 0; turns < 5; turns++) await turn()
    t.true(a.destroyed)
  })
}

both('TLS does not write for ever to a peer that has closed', async (t, make) => {
  const [a, b] = make(t)
  const [server, client] = await secured(b, a)
  // Nothing is read, so that only writes tell.
  client.pause()
  server.destroy()
  await until(() => b.destroyed)
  client.on('error', () => {})
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  const more = () => {
    if (client.destroyed) return
    client.write(Buffer.alloc(16 * 1024), () => setImmediate(more))
  }
  more()
  await closed
  t.true(client.destroyed)
})
