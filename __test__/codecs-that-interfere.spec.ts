// A codec is the caller's code, and runs in the middle of a send or a receive: it may abort, close, send or
// receive on the very channel that calls it. Every promise settles, no value is lost, and no counter goes wrong.
import { closeSync, openSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { Channel, type Codec, stats } from 'socketpair'
import { CARRIERS, carriers } from './helpers/channels.ts'
import { rejection } from './helpers/rejection.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

type Hook = (value: string) => void

/** Text, with something that happens while it is made or read. */
function interfering(hooks: { encode?: Hook; decode?: Hook }): Codec<string> {
  return {
    encode(value) {
      hooks.encode?.(value)
      return Buffer.from(value)
    },
    decode(bytes) {
      const value = bytes.toString()
      hooks.decode?.(value)
      return value
    },
  }
}

async function open(
  t: ExecutionContext,
  carrier: (typeof CARRIERS)[number],
): Promise<{
  here: Channel<string>
  there: Channel<string>
  hooks: { encode?: Hook; decode?: Hook }
}> {
  const hooks: { encode?: Hook; decode?: Hook } = {}
  const [one, other] = await carriers(t, carrier)
  return {
    here: new Channel<string>(one, { codec: interfering(hooks) }),
    there: new Channel<string>(other, { codec: interfering({}) }),
    hooks,
  }
}

/** How each settles; none may be left. */
async function outcomes(promises: readonly Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(promises)
  return settled.map((one) =>
    one.status === 'fulfilled'
      ? one.value
      : ((one.reason as { code?: unknown }).code ?? one.reason),
  )
}

for (const carrier of CARRIERS) {
  test(`${carrier}: a codec that aborts its own receive loses no value, its own or another's`, async (t) => {
    const before = stats().pendingOperations
    const { here, there, hooks } = await open(t, carrier)
    const controller = new AbortController()
    hooks.decode = () => controller.abort('enough')
    const receives = [here.recv({ signal: controller.signal }), here.recv(), here.recv()]
    await there.send('one')
    await there.send('two')
    await there.send('three')
    t.deepEqual(await outcomes(receives), ['one', 'two', 'three'])
    t.is(stats().pendingOperations, before)
    await Promise.all([here.close(), there.close()])
  })

  test(`${carrier}: a codec that aborts the receive behind its own takes that one out alone`, async (t) => {
    const before = stats().pendingOperations
    const { here, there, hooks } = await open(t, carrier)
    const controller = new AbortController()
    hooks.decode = () => controller.abort('enough')
    const receives = [here.recv(), here.recv({ signal: controller.signal }), here.recv()]
    await there.send('one')
    await there.send('two')
    t.deepEqual(await outcomes(receives), ['one', 'enough', 'two'])
    t.is(stats().pendingOperations, before)
    await Promise.all([here.close(), there.close()])
  })

  test(`${carrier}: a codec that fails after it has aborted its receive fails that one alone`, async (t) => {
    const { here, there, hooks } = await open(t, carrier)
    const controller = new AbortController()
    hooks.decode = (value) => {
      controller.abort('enough')
      if (value === 'one') throw new Error('not this one')
    }
    const receives = [here.recv({ signal: controller.signal }), here.recv()]
    await there.send('one')
    await there.send('two')
    t.regex((await rejection(receives[0] as Promise<unknown>)).message, /not this one/)
    t.is(await receives[1], 'two')
    await Promise.all([here.close(), there.close()])
  })

  for (const how of ['the channel', 'the socket'] as const) {
    test(`${carrier}: a codec that closes ${how} in a receive settles all that wait`, async (t) => {
      const before = stats().pendingOperations
      const { here, there, hooks } = await open(t, carrier)
      const closings: Promise<unknown>[] = []
      hooks.decode = () => {
        const { socket } = here
        if (how === 'the channel') closings.push(here.close())
        else if ('destroy' in socket) socket.destroy()
        else socket.close()
      }
      const receives = [here.recv(), here.recvMany(), here.recvMessage()]
      await there.send('one')
      await there.send('two')
      const [first, ...others] = await outcomes(receives)
      t.is(first, 'one')
      // What a destroyed Duplex had given by then is received, and then its end.
      for (const other of others) t.regex(String(other), /^(?:ECANCELED|ECONNRESET|two|null)$/)
      await Promise.all(closings)
      t.is(stats().pendingOperations, before)
      t.true(here.closed)
      t.is((await rejection(here.send('more'))).code, 'EBADF')
      await there.close().catch(() => {})
    })
  }

  test(`${carrier}: a codec that receives in the middle of a receive gets what is behind it`, async (t) => {
    const { here, there, hooks } = await open(t, carrier)
    const inner: Promise<unknown>[] = []
    hooks.decode = (value) => {
      if (value === 'one') inner.push(here.recv(), here.recv({ timeout: 0 }))
    }
    for (const ready of [true, false]) {
      const outer = ready ? undefined : here.recv()
      await there.send('one')
      await there.send('two')
      await there.flush()
      t.is(await (outer ?? here.recv()), 'one')
      const [two, none] = await outcomes(inner.splice(0))
      t.is(two, 'two')
      t.is(none, 'ETIMEDOUT')
    }
    await Promise.all([here.close(), there.close()])
  })

  test(`${carrier}: a codec that sends in the middle of a send sends both, whole`, async (t) => {
    const { here, there, hooks } = await open(t, carrier)
    const inner: Promise<unknown>[] = []
    hooks.encode = (value) => {
      if (!value.startsWith('outer')) return
      inner.push(here.send(`inner of ${value}`))
      here.trySend(`tried in ${value}`)
    }
    const large = `outer ${'large'.repeat(20_000)}`
    const receiving = (async () => {
      const got = []
      while (got.length < 12) got.push(await there.recv())
      return got
    })()
    t.true(here.trySend('outer one'))
    await here.send('outer two')
    await here.send('outer three', { timeout: 10_000 })
    await here.send(large)
    await Promise.all(inner)
    await here.flush()
    const expected = ['outer one', 'outer two', 'outer three', large].flatMap((value) => [
      `inner of ${value}`,
      `tried in ${value}`,
      value,
    ])
    t.deepEqual(await receiving, expected)
    await Promise.all([here.close(), there.close()])
  })

  test(`${carrier}: a codec that closes its channel in a send makes that send fail`, async (t) => {
    const before = stats().pendingOperations
    for (const send of [
      async (here: Channel<string>) => here.send('last'),
      async (here: Channel<string>) => here.send('last', { timeout: 10_000 }),
      async (here: Channel<string>) => here.send('last'.repeat(20_000)),
      async (here: Channel<string>) => here.trySend('last'),
      async (here: Channel<string>) => here.request('last'),
    ]) {
      const { here, there, hooks } = await open(t, carrier)
      await here.send('first')
      let closing: Promise<unknown> | undefined
      hooks.encode = () => (closing ??= here.close())
      t.is((await rejection(send(here))).code, 'EBADF')
      await closing
      t.is(await there.recv(), 'first')
      await there.close().catch(() => {})
    }
    t.is(stats().pendingOperations, before)
  })

  test(`${carrier}: a codec that interferes with what the channel keeps loses nothing`, async (t) => {
    const { here, there, hooks } = await open(t, carrier)
    const inner: Promise<unknown>[] = []
    there.onRequest(async (value) => `${value}!`)
    hooks.decode = (value) => {
      if (value === 'kept 1') inner.push(here.recv())
    }
    await there.send('kept 1')
    await there.send('kept 2')
    t.is(await here.request('asked'), 'asked!')
    // The receive inside was called first.
    t.deepEqual(await outcomes([...inner, here.recv()]), ['kept 1', 'kept 2'])
    await Promise.all([here.close(), there.close()])
  })
}

test('a value that is a symbol, or a thenable, is a value', async (t) => {
  for (const carrier of CARRIERS) {
    const [one, other] = await carriers(t, carrier)
    const sign = Symbol('decoded')
    let asked = 0
    const here = new Channel<any, string>(one, {
      codec: {
        encode: (value: string) => Buffer.from(value),
        decode: (bytes: Buffer) =>
          bytes.toString() === 'symbol'
            ? sign
            : {
                // oxlint-disable-next-line no-thenable -- a promise asks for it in the middle of its receive
                get then() {
                  asked++
                  void here.recv().catch(() => {})
                  return 'none'
                },
              },
      },
    })
    const there = new Channel<string>(other, { codec: interfering({}) })
    const receives = [here.recv(), here.recv()]
    await there.send('symbol')
    await there.send('thenable')
    t.is(await receives[0], sign)
    t.is(typeof (await receives[1]), 'object')
    t.true(asked > 0)
    await Promise.all([here.close(), there.close()])
  }
})

test('a Duplex that tells of itself while it is read is not read twice at once', async (t) => {
  class Talkative extends PassThrough {
    override read(size?: number): unknown {
      this.emit('readable')
      return super.read(size)
    }
  }
  const duplex = new Talkative()
  const channel = new Channel<string>(duplex, { codec: 'json' })
  const receives = [channel.recv(), channel.recv()]
  await channel.send('one')
  await channel.send('two')
  t.deepEqual(await Promise.all(receives), ['one', 'two'])
  await channel.close()
})

for (const carrier of ['stream', 'seqpacket', 'dgram'] as const) {
  test(`${carrier}: descriptors of a message are closed whose codec closes the channel while it is kept`, async (t) => {
    const { here, there, hooks } = await open(t, carrier)
    const asked = here.request('never answered')
    hooks.decode = () => void here.close({ timeout: 0 }).catch(() => {})
    const before = stats().receivedFds
    const file = openSync('/dev/null', 'r')
    await there.send('kept', { fds: [file] })
    closeSync(file)
    t.deepEqual(await outcomes([asked]), ['ECANCELED'])
    t.is(stats().receivedFds, before)
    await there.close({ timeout: 0 }).catch(() => {})
  })
}
