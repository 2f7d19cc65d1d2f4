// The memory that messages are moved from and to.
import type { DatagramSocket, SeqpacketSocket } from 'socketpair'
import { rejects } from './helpers/failures.ts'
import { fill } from './helpers/io.ts'
import { MESSAGE_TYPES, pair } from './helpers/pairs.ts'
import { test } from './helpers/test.ts'

type End = DatagramSocket | SeqpacketSocket

function detach(memory: ArrayBuffer): void {
  structuredClone(memory, { transfer: [memory] })
}

const SENDS: Record<string, (end: End, bytes: Uint8Array) => Promise<number>> = {
  send: (end, bytes) => end.send(bytes),
  sendv: (end, bytes) => end.sendv([bytes]),
  sendMany: (end, bytes) => end.sendMany([bytes]),
}

for (const type of MESSAGE_TYPES) {
  test(`views with an offset send and receive their own bytes only, over a ${type} pair`, async (t) => {
    const [a, b] = pair(t, type)
    const source = Buffer.from('--abc--')
    for (const [name, send] of Object.entries(SENDS)) {
      await send(a, source.subarray(2, 5))
      const target = Buffer.alloc(10, '-')
      await b.recvInto(target.subarray(4, 7))
      t.is(target.toString(), '----abc---', name)
    }
  })

  test(`SharedArrayBuffers can be sent and received into, over a ${type} pair`, async (t) => {
    const [a, b] = pair(t, type)
    const source = new Uint8Array(new SharedArrayBuffer(8), 2, 3)
    source.set([1, 2, 3])
    for (const [name, send] of Object.entries(SENDS)) {
      await send(a, source)
      const target = new Uint8Array(new SharedArrayBuffer(8), 4, 3)
      t.is((await b.recvInto(target))?.bytesRead, 3)
      t.deepEqual([...target], [1, 2, 3], name)
    }
    t.is(a.trySend(source), 3)
    const target = new Uint8Array(new SharedArrayBuffer(3))
    t.is(b.tryRecv(target)?.bytesRead, 3)
    t.deepEqual([...target], [1, 2, 3])
  })

  test(`a buffer that grew while it waited for a ${type} message has the room that was asked for`, async (t) => {
    const [a, b] = pair(t, type)
    const memory = new ArrayBuffer(4, { maxByteLength: 1 << 20 })
    const waiting = b.recvInto(new Uint8Array(memory))
    memory.resize(1 << 20)
    await a.send('abcdef')
    const info = await waiting
    t.deepEqual([info?.bytesRead, info?.truncated, info?.messageSize], [4, true, 6])
    t.is(Buffer.from(memory, 0, 8).toString('latin1'), 'abcd\0\0\0\0')
  })

  test(`a buffer that was shrunk or detached while it waited costs no ${type} message`, async (t) => {
    const [a, b] = pair(t, type)
    for (const change of [detach, (memory: ArrayBuffer) => memory.resize(2)]) {
      const memory = new ArrayBuffer(8, { maxByteLength: 16 })
      const waiting = b.recvInto(new Uint8Array(memory))
      change(memory)
      await a.send('abcdef')
      await rejects(t, waiting, 'ERR_INVALID_STATE')
      t.is((await b.recv())?.data.toString(), 'abcdef')
    }
    t.is(b.bytesRead, 12)
  })

  test(`3.1 h memory that is detached already costs no ${type} message and sends none`, async (t) => {
    const [a, b] = pair(t, type)
    const memory = new ArrayBuffer(8)
    const view = new Uint8Array(memory)
    detach(memory)
    for (const send of Object.values(SENDS)) await rejects(t, send(a, view), 'ERR_INVALID_STATE')
    t.throws(() => a.trySend(view), { code: 'ERR_INVALID_STATE' })
    t.is(b.tryRecv(Buffer.alloc(1)), undefined)
    await a.send('abc')
    await rejects(t, b.recvInto(view), 'ERR_INVALID_STATE')
    t.throws(() => b.tryRecv(view), { code: 'ERR_INVALID_STATE' })
    t.is((await b.recv())?.data.toString(), 'abc')
  })

  for (const [name, send] of Object.entries(SENDS)) {
    test(`${name}: bytes that were detached or shrunk while they waited send no ${type} message`, async (t) => {
      const [a, b] = pair(t, type)
      for (const change of [detach, (memory: ArrayBuffer) => memory.resize(2)]) {
        t.true(fill(a, 'queued') > 0)
        const before = a.bytesWritten
        const memory = new ArrayBuffer(8, { maxByteLength: 16 })
        const waiting = send(a, new Uint8Array(memory))
        const behind = a.send('behind')
        change(memory)
        const failed = rejects(t, waiting, 'ERR_INVALID_STATE')
        let message = await b.recv()
        while (message?.data.toString() === 'queued') message = await b.recv()
        await failed
        await behind
        t.is(message?.data.toString(), 'behind')
        t.is(a.bytesWritten, before + 6)
      }
    })
  }

  test(`a list may be changed once it was passed to a ${type} end`, async (t) => {
    const [a, b] = pair(t, type)
    fill(a, 'queued')
    const [parts, messages] = [
      ['ab', 'c'],
      [Buffer.from('d'), Buffer.from('e')],
    ]
    const waiting = Promise.all([a.sendv(parts), a.sendMany(messages)])
    parts.length = 0
    messages.length = 0
    const seen: string[] = []
    while (seen.length < 3) {
      const text = (await b.recv())?.data.toString() as string
      if (text !== 'queued') seen.push(text)
    }
    t.deepEqual(await waiting, [3, 2])
    t.deepEqual(seen, ['abc', 'd', 'e'])
  })
}
