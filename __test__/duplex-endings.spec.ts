// How streams end that nobody ends: collected, with the process, with their thread.
import { Channel, type Socket, socketpair } from 'socketpair'
import { collectUntil } from './helpers/collect.ts'
import { openDescriptors } from './helpers/descriptor-guard.ts'
import { endedWell, runProgram } from './helpers/endings.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

/** Makes something over ends that nobody keeps. */
function drop(make: (end: any) => unknown): WeakRef<Socket>[] {
  return (['stream', 'seqpacket', 'dgram'] as const).flatMap((type) =>
    Array.from({ length: 20 }, () => {
      const ends: readonly Socket[] = socketpair(type as 'stream')
      for (const end of ends) make(end)
      return ends.map((end) => new WeakRef(end))
    }).flat(),
  )
}

for (const [what, make] of [
  ['a Duplex', (end: any) => end.toDuplex()],
  ['a Duplex that wrote', (end: any) => end.toDuplex().write('x')],
  ['web streams', (end: any) => [end.readable, end.writable.getWriter()]],
  ['a Duplex of a channel', (end: any) => new Channel(end).toDuplex()],
] as const) {
  test(`${what} left alone is collected, and its socket closed`, async (t) => {
    const before = openDescriptors()
    const dropped = drop(make)
    t.is(openDescriptors(), before + 120)
    t.true(await collectUntil(() => openDescriptors() === before))
    t.true(dropped.every((end) => end.deref() === undefined))
  })
}

test('a Duplex that is held holds its socket', async (t) => {
  const [duplex, other] = (() => {
    const [a, b] = socketpair()
    return [a.toDuplex(), b] as const
  })()
  let collected = false
  const registry = new FinalizationRegistry(() => (collected = true))
  ;(() => registry.register({}, 0))()
  t.true(await collectUntil(() => collected))
  duplex.write('still here')
  const buffer = Buffer.alloc(10)
  await other.readExactly(buffer)
  t.is(String(buffer), 'still here')
  duplex.destroy()
  other.close()
})

test('a Duplex that reads is not collected before the peer has ended', async (t) => {
  let ended = false
  const there = (() => {
    const [a, b] = socketpair()
    a.toDuplex({ allowHalfOpen: false })
      .resume()
      .on('close', () => (ended = true))
    return b
  })()
  let collected = false
  const registry = new FinalizationRegistry(() => (collected = true))
  ;(() => registry.register({}, 0))()
  t.true(await collectUntil(() => collected))
  there.close()
  await until(() => ended)
  t.pass()
})

for (const how of ['exit', 'destroyed', 'unreferenced', 'idle']) {
  test(`the process ends with its own status, with streams at work: ${how}`, async (t) => {
    for (let i = 0; i < 3; i++) {
      const ending = await runProgram('duplexes-at-exit.mjs', { args: [how] })
      t.deepEqual(ending, { code: 7, signal: null, stdout: '', stderr: '' })
    }
  })
}

test('a Duplex that reads keeps the process running', async (t) => {
  const ending = await runProgram('duplexes-at-exit.mjs', { args: ['reading'] })
  t.deepEqual(ending, { code: 7, signal: null, stdout: 'waited for\n', stderr: '' })
})

test('workers are terminated with streams at work', async (t) => {
  endedWell(
    t,
    await runProgram('streams-in-workers.mjs', { args: [20] }),
    'every worker was terminated',
  )
})
