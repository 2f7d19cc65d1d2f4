// A channel over TLS, and over one stream of an HTTP/2 session.
import { setImmediate as turn } from 'node:timers/promises'
import { Channel } from 'socketpair'
import { frame, header } from './helpers/channels.ts'
import { patterned } from './helpers/bytes.ts'
import { rejection } from './helpers/rejection.ts'
import { http2Pair, tlsPair } from './helpers/sessions.ts'
import { test } from './helpers/test.ts'

for (const [name, pairOf] of [
  ['TLS', tlsPair],
  ['a stream of HTTP/2', http2Pair],
] as const) {
  test(`values of every size go over ${name}, both ways at once, and close ends it`, async (t) => {
    const [here, there] = await pairOf(t)
    const [a, b] = [new Channel(here), new Channel(there)]
    const sizes = [0, 1, 100, 16_383, 16_384, 32_767, 32_768, 65_536, 1_000_000, 3_000_000]
    const talk = async (from: Channel, to: Channel, many: boolean) => {
      const sending = Promise.all(sizes.map((size) => from.send(patterned(size, size + 1))))
      const left = [...sizes]
      while (left.length > 0) {
        const some = many ? await to.recvMany() : [await to.recv()]
        for (const one of some as Buffer[]) {
          const size = left.shift() as number
          t.true(patterned(size, size + 1).equals(one), `${size} bytes`)
        }
      }
      await sending
    }
    await Promise.all([talk(a, b, false), talk(b, a, true)])
    b.onRequest((value) => `answer to ${String(value)}`)
    t.is(String(await a.request('this')), 'answer to this')
    b.onRequest(null)
    await a.close()
    t.is(await b.recv(), null)
    await b.close()
  })

  test(`a reader that is slow holds up its sender over ${name}, and loses nothing`, async (t) => {
    const [here, there] = await pairOf(t)
    const [a, b] = [new Channel(here, { codec: 'v8' }), new Channel(there, { codec: 'v8' })]
    const sending = (async () => {
      for (let n = 0; n < 100; n++) await a.send({ number: n, bytes: patterned(30_000, n) })
      await a.close()
    })()
    let seen = 0
    for await (const { number, bytes } of b) {
      if (number !== seen++ || !patterned(30_000, number).equals(bytes)) t.fail(`value ${number}`)
      if (seen % 10 === 0) await turn()
    }
    await sending
    t.is(seen, 100)
    await b.close()
  })

  test(`a peer that is destroyed in the middle of a value over ${name} is told`, async (t) => {
    const [here, there] = await pairOf(t)
    const channel = new Channel(here)
    there.write(frame('whole'))
    there.write(header(1000))
    t.is(String(await channel.recv()), 'whole')
    const told = rejection(channel.recv())
    there.destroy()
    t.true(['ERR_UNEXPECTED_EOF', 'ECONNRESET'].includes((await told).code), (await told).code)
    await channel.close().catch(() => {})
  })
}
