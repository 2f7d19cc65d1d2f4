// Sends that nobody awaits one by one: many more than there is room for.
import type { Channel } from 'socketpair'
import { CARRIERS, channels } from './helpers/channels.ts'
import { patterned } from './helpers/bytes.ts'
import { codes } from './helpers/rejection.ts'
import { test } from './helpers/test.ts'

/** Sends values of all sizes and ways in a burst, and gives what must arrive. */
function burst(channel: Channel<any, any>): [Promise<unknown>[], Buffer[]] {
  const sends: Promise<unknown>[] = []
  const values: Buffer[] = []
  for (let index = 0; index < 20_000; index++) {
    const length = index % 1000 === 999 ? 40_000 : (index * 7) % 600
    const value = Buffer.concat([Buffer.from(`${index}:`), patterned(length)])
    values.push(value)
    sends.push(channel.send(value, index % 701 === 0 ? { timeout: 60_000 } : undefined))
  }
  return [sends, values]
}

for (const carrier of CARRIERS) {
  test(`a burst of sends arrives whole and in order, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { highWaterMark: 4000 })
    const [sends, values] = burst(a)
    for (const value of values) {
      const received = (await b.recv()) as Buffer
      if (!value.equals(received)) return t.fail(`${received.subarray(0, 10)}: ${received.length}`)
    }
    await Promise.all(sends)
    await a.flush()
    t.pass()
  })

  test(`a send beyond the mark settles when there is room, and not before, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { highWaterMark: 1000 })
    const body = Buffer.alloc(400)
    // The system's own queue is full as well.
    for (let full = 0; full < 3;) {
      if (!a.trySend(body)) full++
      await new Promise((resolve) => setImmediate(resolve))
    }
    const settled: number[] = []
    const sends = Array.from({ length: 500 }, async (_, index) => {
      await a.send(Buffer.from(`${index}`))
      settled.push(index)
    })
    const flushed = a.flush().then(() => settled.push(500))
    await new Promise((resolve) => setTimeout(resolve, 20))
    t.deepEqual(settled, [])
    while (String(await b.recv()) !== '499');
    await Promise.all([...sends, flushed])
    t.deepEqual(
      settled,
      Array.from({ length: 501 }, (_, index) => index),
    )
  })

  test(`what a small send was given is the caller's again at once, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { highWaterMark: 1000 })
    const body = Buffer.from('0000')
    const sends = []
    for (let index = 0; index < 3000; index++) {
      body.write(String(index).padStart(4, '0'))
      sends.push(a.send(body))
    }
    for (let index = 0; index < 3000; index++) {
      if (Number(String(await b.recv())) !== index) return t.fail(String(index))
    }
    await Promise.all(sends)
    t.pass()
  })
}

for (const [carrier, code] of [
  ['stream', 'EPIPE'],
  ['seqpacket', 'ECONNRESET'],
  ['dgram', 'ECONNREFUSED'],
] as const) {
  test(`each send of a burst fails with the channel, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { highWaterMark: 1000 })
    while (a.trySend(Buffer.alloc(400)));
    const told = codes(Array.from({ length: 100 }, () => a.send('x')))
    await b.close()
    t.deepEqual(new Set(await told), new Set([code]))
  })
}
