// Many busy channels: each has its share, and the event loop too. Turns are counted, never time.
import { Channel } from 'socketpair'
import { pair, TYPES } from './helpers/pairs.ts'
import { codes } from './helpers/rejection.ts'
import { test } from './helpers/test.ts'

const PAIRS = 100
/** Times that the timers fire, and messages that each pair receives, before a test is content. */
const ENOUGH = 20

for (const type of TYPES) {
  for (const size of [64, 40_000] as const) {
    for (const how of ['recv', 'recvMany'] as const) {
      test(`${PAIRS} flooded pairs leave turns to timers and to each other: ${how} of ${size} bytes over ${type}`, async (t) => {
        t.timeout(100_000)
        const body = Buffer.alloc(size)
        const received = Array.from({ length: PAIRS }, () => 0)
        let [ticks, timeouts, over] = [0, 0, false]
        const interval = setInterval(() => ticks++, 1)
        let timeout = setTimeout(function again() {
          timeouts++
          timeout = setTimeout(again, 1)
        }, 1)
        const channels: Channel[] = []
        const busy: Promise<unknown>[] = []
        for (let index = 0; index < PAIRS; index++) {
          const [a, b] = pair(t, type)
          const [sender, receiver] = [new Channel(a), new Channel(b)]
          channels.push(sender, receiver)
          // Neither is ever done with its turn by itself: what is sent is there, and is received at once.
          const send = async () => {
            while (!over) await sender.send(body)
          }
          const receive = async () => {
            while (!over) {
              const came = how === 'recv' ? [await receiver.recv()] : await receiver.recvMany()
              received[index] = (received[index] as number) + (came as unknown[]).length
              over ||=
                ticks >= ENOUGH && timeouts >= ENOUGH && received.every((count) => count >= ENOUGH)
            }
          }
          busy.push(send(), receive())
        }
        await new Promise<void>((resolve) => {
          const look = () => (over ? resolve() : void setTimeout(look, 1))
          look()
        })
        clearInterval(interval)
        clearTimeout(timeout)
        t.true(ticks >= ENOUGH && timeouts >= ENOUGH)
        t.true(received.every((count) => count >= ENOUGH))
        for (const { socket } of channels) if ('close' in socket) socket.close()
        for (const code of await codes(busy)) {
          t.true([undefined, 'ECANCELED', 'EBADF', 'EPIPE', 'ECONNRESET'].includes(code), code)
        }
      })
    }
  }
}
