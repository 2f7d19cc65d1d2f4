// A Duplex whose signal has aborted before it is made is as one of Node's own: destroyed, with an AbortError.
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { Channel, type SocketDuplex } from 'socketpair'
import { rejection } from './helpers/rejection.ts'
import { pair, TYPES } from './helpers/pairs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

type Make = (signal: AbortSignal) => { duplex: Duplex; isClosed: () => boolean }

/** What is over what. */
function makers(t: ExecutionContext): Record<string, Make> {
  const made: Record<string, Make> = {}
  for (const type of TYPES) {
    made[type] = (signal) => {
      const [here] = pair(t, type)
      return { duplex: here.toDuplex({ signal }), isClosed: () => here.closed }
    }
  }
  made['channel'] = (signal) => {
    const [here] = pair(t, 'stream')
    const channel = new Channel(here)
    return { duplex: channel.toDuplex({ signal }), isClosed: () => here.closed }
  }
  return made
}

/** Everything that it tells, but for the argument of 'close', which is that of net.Socket. */
async function told(duplex: Duplex): Promise<unknown[]> {
  const events: unknown[] = [duplex.destroyed, duplex.readable, duplex.writable]
  for (const name of ['end', 'finish', 'data']) duplex.on(name, () => events.push(name))
  duplex.on('error', (error: NodeJS.ErrnoException) => {
    events.push('error', error.name, error.code, error.message, error.cause)
  })
  await new Promise((resolve) => duplex.once('close', resolve))
  events.push(duplex.destroyed, duplex.errored?.name)
  return events
}

test('a Duplex made with a signal that has aborted is destroyed with an AbortError, as one of Node', async (t) => {
  for (const signal of [AbortSignal.abort(), AbortSignal.abort(new Error('a reason'))]) {
    const nodes = await told(new Duplex({ signal, read() {}, write() {} }))
    for (const [name, make] of Object.entries(makers(t))) {
      const { duplex, isClosed } = make(signal)
      t.true(isClosed(), name)
      t.deepEqual(await told(duplex), nodes, name)
    }
  }
})

test('the peer of a Duplex made with a signal that has aborted hears of its end', async (t) => {
  const [here, there] = pair(t, 'stream')
  here.toDuplex({ signal: AbortSignal.abort() }).on('error', () => {})
  t.is(await there.readChunk(), null)
})

test('a Duplex made with a signal that aborts later is destroyed then', async (t) => {
  for (const [name, make] of Object.entries(makers(t))) {
    const controller = new AbortController()
    const { duplex, isClosed } = make(controller.signal)
    t.false(duplex.destroyed)
    const failure = once(duplex, 'error')
    controller.abort()
    t.is(((await failure) as [Error])[0].name, 'AbortError', name)
    t.true(isClosed(), name)
  }
})

test('a signal that refuses to be listened to leaves the socket as it was', async (t) => {
  const [here, there] = pair(t, 'stream')
  const signal = Object.assign(new AbortController().signal, {
    addEventListener() {
      throw new Error('no listeners here')
    },
  })
  t.throws(() => here.toDuplex({ signal }), { message: 'no listeners here' })
  await there.write('mine')
  t.is((await here.readChunk())?.toString(), 'mine')
  t.false(here.toDuplex().destroyed)
})

test('an option whose getter makes a Duplex, or closes, is refused', async (t) => {
  const [here] = pair(t, 'stream')
  let inner: SocketDuplex | undefined
  const twice = {
    get allowHalfOpen() {
      inner = here.toDuplex()
      return true
    },
  }
  t.throws(() => here.toDuplex(twice), { code: 'ERR_INVALID_STATE' })
  t.is(here.toDuplex(), inner as unknown as SocketDuplex)
  const [other] = pair(t, 'stream')
  const closing = {
    get allowHalfOpen() {
      other.close()
      return true
    },
  }
  t.throws(() => other.toDuplex(closing), { code: 'EBADF' })
  t.is((await rejection(other.readChunk())).code, 'EBADF')
})
