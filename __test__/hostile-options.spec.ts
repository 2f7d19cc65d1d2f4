// Options and signals are the caller's objects: their getters and methods may throw, or do anything else. An
// operation that such an object refuses is rejected and gone: the next one gets the bytes.
import { once } from 'node:events'
import {
  Channel,
  type OperationOptions,
  relay,
  type SeqpacketSocket,
  spawn,
  fork,
  stats,
  type StreamSocket,
  transfer,
  receive,
} from 'socketpair'
import { drain, fill } from './helpers/bytes.ts'
import { CARRIERS, carriers } from './helpers/channels.ts'
import { rejection } from './helpers/rejection.ts'
import { closeAfter, pair } from './helpers/pairs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

/** Options whose property `name` throws when it is read for the `nth` time. */
function throwing(name: string, nth: number, others: object = {}): OperationOptions {
  let times = 0
  const { signal } = new AbortController()
  const values: Record<string, unknown> = { signal, timeout: 60_000, ...others }
  const value = values[name]
  return Object.defineProperty(values, name, {
    enumerable: true,
    get() {
      if (++times === nth) throw new Error(`${name} was read ${nth} times`)
      return value
    },
  })
}

function refuse(): never {
  throw new Error('no listeners here')
}

/** Signals that refuse to be listened to, each in its way. */
const SIGNALS: Record<string, () => AbortSignal> = {
  'whose addEventListener throws': () =>
    Object.assign(new AbortController().signal, { addEventListener: refuse }),
  'that is a plain object': () =>
    ({ aborted: false, reason: undefined, addEventListener: refuse }) as unknown as AbortSignal,
  'whose aborted throws at its second reading': () => {
    let times = 0
    return Object.defineProperty(new AbortController().signal, 'aborted', {
      get: () => ++times > 1 && refuse(),
    })
  },
  'whose aborted throws': () =>
    Object.defineProperty(new AbortController().signal, 'aborted', { get: refuse }),
}

const BUFFER = () => Buffer.alloc(8)
const FULL = 'full'.repeat(2500)

const READS: Record<string, (end: StreamSocket, options: OperationOptions) => Promise<unknown>> = {
  read: (end, options) => end.read(BUFFER(), options),
  readv: (end, options) => end.readv([BUFFER()], options),
  readExactly: (end, options) => end.readExactly(BUFFER(), options),
  readChunk: (end, options) => end.readChunk(8, options),
  readMessage: (end, options) => end.readMessage(BUFFER(), options),
}

const WRITES: Record<string, (end: StreamSocket, options: OperationOptions) => Promise<unknown>> = {
  write: (end, options) => end.write('lost', options),
  writev: (end, options) => end.writev(['lo', 'st'], options),
  'write with descriptors': (end, options) =>
    end.write('lost', Object.defineProperty(options, 'fds', { value: [0] })),
}

const RECVS: Record<string, (end: SeqpacketSocket, options: OperationOptions) => Promise<unknown>> =
  {
    recv: (end, options) => end.recv(options),
    recvInto: (end, options) => end.recvInto(BUFFER(), options),
  }

const SENDS: Record<string, (end: SeqpacketSocket, options: OperationOptions) => Promise<unknown>> =
  {
    send: (end, options) => end.send('lost', options),
    sendv: (end, options) => end.sendv(['lo', 'st'], options),
    sendMany: (end, options) => end.sendMany([Buffer.from('lost')], options),
    'sendMany with descriptors': (end, options) =>
      end.sendMany([Buffer.from('lost')], Object.defineProperty(options, 'fds', { value: [[0]] })),
  }

function checkNothingWaits(t: ExecutionContext, before: number): void {
  t.is(stats().pendingOperations, before)
}

for (const [name, make] of Object.entries(SIGNALS)) {
  test(`a stream operation with a signal ${name} is rejected, and leaves nothing behind`, async (t) => {
    const before = stats().pendingOperations
    const [here, there] = pair(t, 'stream')
    for (const [way, read] of Object.entries(READS)) {
      t.regex((await rejection(read(here, { signal: make() }))).message, /no listeners/, way)
      await there.write('kept')
      t.is((await here.readChunk())?.toString(), 'kept', way)
    }
    const filled = fill(here).length
    for (const [way, write] of Object.entries(WRITES)) {
      t.regex((await rejection(write(here, { signal: make() }))).message, /no listeners/, way)
    }
    const last = here.write('last')
    let landed = 0
    while (landed < filled + 4) landed += (await there.readChunk(1 << 20))?.length ?? 0
    await last
    t.is(drain(there).length, 0)
    checkNothingWaits(t, before)
    here.close()
    there.close()
  })

  test(`a message operation with a signal ${name} is rejected, and leaves nothing behind`, async (t) => {
    const before = stats().pendingOperations
    const [here, there] = pair(t, 'seqpacket')
    for (const [way, recv] of Object.entries(RECVS)) {
      t.regex((await rejection(recv(here, { signal: make() }))).message, /no listeners/, way)
      await there.send('kept')
      t.is((await here.recv())?.data.toString(), 'kept', way)
    }
    let filled = 0
    while (here.trySend('full') !== undefined) filled++
    for (const [way, send] of Object.entries(SENDS)) {
      t.regex((await rejection(send(here, { signal: make() }))).message, /no listeners/, way)
    }
    const last = here.send('last')
    for (; filled > 0; filled--) t.is((await there.recv())?.data.toString(), 'full')
    await last
    t.is((await there.recv())?.data.toString(), 'last')
    t.is(there.tryRecv(BUFFER()), undefined)
    checkNothingWaits(t, before)
  })

  for (const carrier of CARRIERS) {
    test(`a ${carrier} channel's operation with a signal ${name} is rejected, and leaves nothing behind`, async (t) => {
      const [one, other] = await carriers(t, carrier)
      const here = new Channel<string>(one, { codec: 'json', highWaterMark: 1 })
      const there = new Channel<string>(other, { codec: 'json' })
      const signal = make()
      t.regex((await rejection(here.recv({ signal }))).message, /no listeners/)
      t.regex((await rejection(here.recvMessage({ signal: make() }))).message, /no listeners/)
      t.regex((await rejection(here.recvMany({ signal: make() }))).message, /no listeners/)
      await there.send('kept')
      t.is(await here.recv(), 'kept')
      let filled = 0
      while (here.trySend(FULL)) filled++
      t.regex((await rejection(here.send('lost', { signal: make() }))).message, /no listeners/)
      t.regex((await rejection(here.flush({ signal: make() }))).message, /no listeners/)
      const last = here.send('last')
      for (; filled > 0; filled--) t.is(await there.recv(), FULL)
      await last
      t.is(await there.recv(), 'last')
      there.onRequest((value) => `${value}!`)
      t.regex((await rejection(here.request('lost', { signal: make() }))).message, /no listeners/)
      t.is(await here.request('asked'), 'asked!')
      await Promise.all([here.close(), there.close()])
    })
  }

  test(`a relay with a signal ${name} is rejected, and gives its ends back`, async (t) => {
    const [a, far] = pair(t, 'stream')
    const [b, other] = pair(t, 'stream')
    t.regex((await rejection(relay(a, b, { signal: make() }))).message, /no listeners/)
    await a.write('mine again')
    t.is((await far.readChunk())?.toString(), 'mine again')
    await other.write('mine too')
    t.is((await b.readChunk())?.toString(), 'mine too')
  })
}

test('options are read once: what a later reading would do does not matter', async (t) => {
  for (const nth of [2, 3]) {
    for (const name of ['signal', 'timeout']) {
      const [here, there] = pair(t, 'stream')
      for (const [way, read] of Object.entries(READS)) {
        const reading = read(here, throwing(name, nth))
        await there.write('eight by')
        await t.notThrowsAsync(reading, way)
      }
      for (const [way, write] of Object.entries(WRITES)) {
        await t.notThrowsAsync(write(here, throwing(name, nth)), way)
      }
      const [sender, receiver] = pair(t, 'seqpacket')
      for (const [way, send] of Object.entries(SENDS)) {
        await t.notThrowsAsync(send(sender, throwing(name, nth)), way)
      }
      for (const [way, recv] of Object.entries(RECVS)) {
        await t.notThrowsAsync(recv(receiver, throwing(name, nth)), way)
      }
      const [one, other] = await carriers(t, 'stream')
      const ask = new Channel<string>(one, { codec: 'json' })
      const answer = new Channel<string>(other, { codec: 'json' })
      await ask.send('a', throwing(name, nth))
      t.is(await answer.recv(throwing(name, nth)), 'a')
      await ask.send('b')
      t.deepEqual(await answer.recvMany(throwing(name, nth)), ['b'])
      answer.onRequest((value) => value)
      t.is(await ask.request('c', throwing(name, nth)), 'c')
      await ask.flush(throwing(name, nth))
      await ask.close(throwing(name, nth))
      await answer.close()
    }
  }
  const [a] = pair(t, 'stream')
  const [b, far] = pair(t, 'stream')
  far.close()
  const relaying = relay(a, b, throwing('onProgress', 2, { onProgress: () => {} }))
  a.close()
  t.is((await rejection(relaying)).code, 'ECANCELED')
  const received = receive(transfer(b, throwing('timeout', 2)))
  closeAfter(t, received)
  t.is(received.type, 'stream')
})

test('an option whose first reading throws rejects, and nothing has happened', async (t) => {
  const before = stats().pendingOperations
  const [here, there] = pair(t, 'stream')
  const [sender, receiver] = pair(t, 'seqpacket')
  for (const name of ['signal', 'timeout', 'fds', 'maxFds', 'maxBytes', 'peek', 'credentials']) {
    const wanted = ['signal', 'timeout'].includes(name)
    for (const call of [...Object.values(READS), ...Object.values(WRITES)]) {
      if (wanted) t.regex((await rejection(call(here, throwing(name, 1)))).message, /was read/)
    }
    for (const call of Object.values(SENDS)) {
      if (wanted) t.regex((await rejection(call(sender, throwing(name, 1)))).message, /was read/)
    }
  }
  t.regex((await rejection(here.write('x', throwing('fds', 1)))).message, /was read/)
  t.regex((await rejection(here.write('x', throwing('credentials', 1)))).message, /was read/)
  t.regex((await rejection(receiver.recv(throwing('peek', 1)))).message, /was read/)
  t.regex((await rejection(receiver.recv(throwing('maxBytes', 1)))).message, /was read/)
  t.regex((await rejection(receiver.recv(throwing('maxFds', 1)))).message, /was read/)
  t.is(drain(there).length, 0)
  t.is(receiver.tryRecv(BUFFER()), undefined)
  await there.write('kept')
  t.is((await here.readChunk())?.toString(), 'kept')
  checkNothingWaits(t, before)
})

test('a getter that takes the data away while options are read sends nothing of it', async (t) => {
  const [here, there] = pair(t, 'seqpacket')
  for (const name of ['signal', 'timeout', 'fds']) {
    const data = new Uint8Array(10)
    const options = Object.defineProperty({}, name, {
      get: () => void structuredClone(data.buffer, { transfer: [data.buffer] }),
    })
    t.is((await rejection(here.send(data, options))).code, 'ERR_INVALID_STATE', name)
    t.is(there.tryRecv(BUFFER()), undefined)
  }
})

const stubborn = () => Object.assign(new AbortController().signal, { removeEventListener: refuse })

test('what a signal throws when it is no longer needed changes no outcome', async (t) => {
  const [here, there] = pair(t, 'stream')
  const reading = here.readChunk(8, { signal: stubborn() })
  const timed = here.readChunk(8, { signal: stubborn(), timeout: 5 })
  t.is((await rejection(timed)).code, 'ETIMEDOUT')
  await there.write('there')
  t.is((await reading)?.toString(), 'there')
  const waiting = here.readChunk(8, { signal: stubborn() })
  here.close()
  t.is((await rejection(waiting)).code, 'ECANCELED')
})

test('a signal that aborts or closes while it is listened to ends its operation', async (t) => {
  const [here, there] = pair(t, 'stream')
  const controller = new AbortController()
  const { signal } = controller
  Object.assign(signal, { addEventListener: () => controller.abort('at once') })
  t.is(await here.readChunk(8, { signal }).catch((error: unknown) => error), 'at once')
  await there.write('kept')
  t.is((await here.readChunk())?.toString(), 'kept')
  const closing = Object.assign(new AbortController().signal, {
    addEventListener: () => here.close(),
  })
  t.is((await rejection(here.readChunk(8, { signal: closing }))).code, 'ECANCELED')
})

test('a reason that takes no properties, or a reason that throws, is the reason all the same', async (t) => {
  const [here] = pair(t, 'stream')
  fill(here)
  const odd = Object.defineProperty({}, 'bytesWritten', { get: refuse, set: refuse })
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  for (const reason of [odd, Object.freeze({}), proxy]) {
    const controller = new AbortController()
    const writing = here.write('more', { signal: controller.signal })
    controller.abort(reason)
    const [outcome] = await Promise.allSettled([writing])
    t.true(outcome?.status === 'rejected' && outcome.reason === reason)
  }
  const controller = new AbortController()
  Object.defineProperty(controller.signal, 'reason', { get: refuse })
  const writing = here.write('more', { signal: controller.signal })
  controller.abort()
  t.regex((await rejection(writing)).message, /no listeners/)
})

test('options of children are read once, and a getter that throws leaves nothing open', async (t) => {
  const counted: Record<string, number> = {}
  const options: Record<string, unknown> = {}
  for (const [name, value] of Object.entries({
    socket: { type: 'stream' },
    sockets: undefined,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: process.env,
    silent: true,
    cwd: '/',
  })) {
    Object.defineProperty(options, name, {
      enumerable: true,
      get() {
        counted[name] = (counted[name] ?? 0) + 1
        return value
      },
    })
  }
  const started = fork('/dev/null', [], options)
  await once(started.child, 'exit')
  started.socket.close()
  for (const [name, times] of Object.entries(counted)) t.is(times, 1, name)
  for (const name of Object.keys(counted)) {
    const bad = { ...options }
    Object.defineProperty(bad, name, { enumerable: true, get: refuse })
    t.throws(() => spawn('true', [], bad), { message: /no listeners/ }, name)
  }
  const { child, socket } = spawn('true')
  await once(child, 'exit')
  socket.close()
})
