// Two channels that ask each other at the same time, more than either takes in at once.
import { Channel } from 'socketpair'
import { CARRIERS, channels, ENDING } from './helpers/channels.ts'
import { patterned } from './helpers/bytes.ts'
import { rejects } from './helpers/failures.ts'
import { rejection } from './helpers/rejection.ts'
import { test } from './helpers/test.ts'

const COUNT = 2500
const numbers = Array.from({ length: COUNT }, (_, n) => n)

for (const carrier of CARRIERS) {
  test(`handlers that ask back are answered, however many requests wait, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { codec: 'json' })
    a.onRequest((n: number) => n + 1)
    b.onRequest(async (n: number) => (await b.request(n)) + 1)
    t.deepEqual(
      await Promise.all(numbers.map((n) => a.request(n))),
      numbers.map((n) => n + 2),
    )
  })

  test(`both sides ask, are asked back and tell, more than either takes in, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { codec: 'json', highWaterMark: 4096 })
    const one = async (channel: Channel<any, any>) => {
      channel.onRequest(async (n: number) => (n < 0 ? -n : await channel.request(-n)))
      const asked = Promise.all(numbers.map((n) => channel.request(n + 1)))
      let [sent, received] = [0, 0]
      const sending = (async () => {
        for (; sent < COUNT; sent++) await channel.send(sent)
      })()
      for (; received < COUNT; received++) {
        if ((await channel.recv()) !== received) t.fail(`value ${received}`)
      }
      await sending
      return asked
    }
    const expected = numbers.map((n) => n + 1)
    t.deepEqual(await Promise.all([one(a), one(b)]), [expected, expected])
  })
}

for (const carrier of ENDING) {
  test(`large requests with large answers cross, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier)
    const one = async (channel: Channel<any, any>) => {
      channel.onRequest((value: Buffer) => value)
      for (let round = 0; round < 2; round++) {
        const values = Array.from({ length: 30 }, (_, n) => patterned(1_000_000, n))
        const answers = await Promise.all(values.map((value) => channel.request(value)))
        for (const [n, value] of values.entries()) if (!value.equals(answers[n])) t.fail(`${n}`)
      }
    }
    await Promise.all([one(a), one(b)])
    t.pass()
  })

  test(`a channel that asks, then tells without receiving, is held up by no answer, over ${carrier}`, async (t) => {
    const [a, b] = await channels(t, carrier, { highWaterMark: 10_000 })
    b.onRequest(() => Buffer.alloc(100_000))
    const asked = Promise.all(Array.from({ length: 50 }, () => a.request('x')))
    const receiving = (async () => {
      let bytes = 0
      while (bytes < 500 * 5000) bytes += ((await b.recv()) as Buffer).length
      return bytes
    })()
    for (let n = 0; n < 500; n++) await a.send(Buffer.alloc(5000))
    t.is(await receiving, 500 * 5000)
    t.is((await asked).length, 50)
  })
}

test('a request that was given up counts until its answer has come', async (t) => {
  const [a, b] = await channels(t, 'stream', { codec: 'json' })
  const ends: (() => void)[] = []
  b.onRequest((n: number) => new Promise((resolve) => ends.push(() => resolve(n))))
  const controller = new AbortController()
  const given = numbers
    .slice(0, 1024)
    .map((n) => rejection(a.request(n, { signal: controller.signal })))
  while (ends.length < 1024) await new Promise(setImmediate)
  controller.abort(new Error('enough'))
  for (const error of await Promise.all(given)) t.is(error.message, 'enough')
  // It waits here, and what is sent meanwhile goes before it.
  const late = a.request(5000)
  await rejects(t, a.request(6000, { timeout: 20 }), 'ETIMEDOUT')
  await a.send('before')
  t.is(await b.recv(), 'before')
  t.is(ends.length, 1024)
  for (const end of ends.splice(0)) end()
  while (ends.length === 0) await new Promise(setImmediate)
  for (const end of ends.splice(0)) end()
  t.is(await late, 5000)
})
