// busyPoll: how a wait begins. What it changes is time, so here only that all of it works and is checked.
import { type BusyPoll, socketpair } from 'socketpair'
import { pair, TYPES } from './helpers/pairs.ts'
import { rejection } from './helpers/rejection.ts'
import { test } from './helpers/test.ts'

const WAYS: BusyPoll[] = ['auto', false, 0, 1, 50, 2000]

for (const type of TYPES) {
  for (const how of WAYS) {
    test(`${type} ends with busyPoll ${how} answer each other and wait for what comes late`, async (t) => {
      const [a, b] = pair(t, type, { busyPoll: how })
      t.is(a.busyPoll, how)
      const send = (end: typeof a, text: string) =>
        'write' in end ? end.write(text) : end.send(text)
      const take = async (end: typeof a) => {
        if ('readChunk' in end) return (await end.readChunk())?.toString()
        return (await end.recv())?.data.toString()
      }
      for (let round = 0; round < 50; round++) {
        const answered = take(b).then((text) => send(b, `${text}!`))
        await send(a, `${round}`)
        await answered
        t.is(await take(a), `${round}!`)
      }
      const late = take(a)
      await new Promise((resolve) => setTimeout(resolve, 20))
      await send(b, 'late')
      t.is(await late, 'late')
    })

    test(`a ${type} wait with busyPoll ${how} can be given up and closed`, async (t) => {
      const [a] = pair(t, type, { busyPoll: how })
      const receive = (options: object) =>
        'readChunk' in a ? a.readChunk(1, options) : a.recv(options)
      for (let round = 0; round < 5; round++) {
        const error = await rejection(receive({ timeout: 5 }))
        t.like(error, { code: 'ETIMEDOUT' })
      }
      const pending = receive({})
      a.close()
      t.like(await rejection(pending), { code: 'ECANCELED' })
    })
  }
}

test('timers run while ends spin for each other', async (t) => {
  const [a, b] = pair(t, 'stream', { busyPoll: 100 })
  let ticks = 0
  const timer = setInterval(() => ticks++, 1)
  const buffer = Buffer.alloc(1)
  while (ticks < 5) {
    const waiting = a.read(buffer)
    await b.write('x')
    await waiting
  }
  clearInterval(timer)
  t.pass()
})

const options = (busyPoll: unknown) => ({ busyPoll }) as { busyPoll: BusyPoll }

test('busyPoll is checked before anything is made', (t) => {
  for (const wrong of [true, '20', null, {}]) {
    t.throws(() => socketpair('stream', options(wrong)), { code: 'ERR_INVALID_ARG_TYPE' })
  }
  for (const wrong of [-1, 1.5, 10_001, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.throws(() => socketpair('stream', options(wrong)), { code: 'ERR_OUT_OF_RANGE' })
  }
  const [a] = pair(t, 'stream')
  t.is(a.busyPoll, 'auto')
  t.throws(() => ((a as { busyPoll: unknown }).busyPoll = true), { code: 'ERR_INVALID_ARG_TYPE' })
  a.busyPoll = false
  t.is(a.busyPoll, false)
})
