// Ends in the thousands, and bytes in the millions.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import test from 'ava'
import { type SystemError, socketpair } from 'socketpair'
import { patterned } from './helpers/bytes.js'
import { guardDescriptors, openDescriptors } from './helpers/descriptor-guard.js'
import { needs, skippable } from './helpers/needs.ts'
import { endedWell, runProgram } from './helpers/endings.js'

guardDescriptors(test)

/** As many pairs as the limit in force allows, up to five thousand. */
function pairsWithinLimit(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8')
  const soft = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1024)
  return Math.min(5000, Math.floor((soft - openDescriptors() - 64) / 2))
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test.serial('thousands of pairs wait at the same time, and every one is woken', async (t) => {
  t.timeout(150_000)
  const count = pairsWithinLimit()
  t.true(count >= 400, `the limit allows ${count} pairs`)
  const pairs = Array.from({ length: count }, () => socketpair())
  const buffers = pairs.map(() => Buffer.alloc(4))
  const reads = pairs.map(([here], index) => here.read(buffers[index] as Buffer))
  // Each of them waits before the first is woken, and they are woken in another order.
  await new Promise((resolve) => setImmediate(resolve))
  for (const [index, [, there]] of [...pairs.entries()].toReversed()) {
    const number = Buffer.alloc(4)
    number.writeUInt32LE(index)
    await there.write(number)
  }
  t.true((await Promise.all(reads)).every((landed) => landed === 4))
  t.true(buffers.every((buffer, index) => buffer.readUInt32LE() === index))
  for (const end of pairs.flat()) end.close()
})

test.serial('thousands of pairs that wait are closed at once', async (t) => {
  t.timeout(150_000)
  const pairs = Array.from({ length: pairsWithinLimit() }, () => socketpair('seqpacket'))
  const outcomes = pairs.flat().map((end) => end.recv().catch(({ code }: SystemError) => code))
  await new Promise((resolve) => setImmediate(resolve))
  for (const end of pairs.flat()) end.close()
  const told = await Promise.all(outcomes)
  // The second end of a pair may have read the end-of-file of the first before it was closed itself.
  t.true(told.every((outcome) => outcome === 'ECANCELED' || outcome === null))
})

test.serial('ten thousand pairs are made and closed with bytes in them', async (t) => {
  t.timeout(150_000)
  const before = openDescriptors()
  for (let i = 0; i < 10_000; i++) {
    const [here, there] = socketpair()
    here.tryWrite('left behind')
    here.close()
    there.close()
  }
  t.is(openDescriptors(), before)
})

test.serial('8 MiB go both ways at once, and then each side ends', async (t) => {
  t.timeout(150_000)
  const [here, there] = socketpair()
  const results = await Promise.all(
    [here, there].map(async (end, index) => {
      const bytes = patterned(8 << 20, index + 1)
      const write = end.write(bytes).then(() => end.shutdown('write'))
      const received = createHash('sha256')
      let landed = 0
      for await (const chunk of end) {
        received.update(chunk)
        landed += chunk.length
      }
      await write
      return { sent: digest(bytes), received: received.digest('hex'), landed }
    }),
  )
  const [one, other] = results as [(typeof results)[0], (typeof results)[0]]
  t.is(one.sent, other.received)
  t.is(other.sent, one.received)
  t.deepEqual([one.landed, other.landed], [8 << 20, 8 << 20])
  t.deepEqual([here.bytesWritten, here.bytesRead], [8 << 20, 8 << 20])
  here.close()
  there.close()
})

test.serial('a hundred thousand writes wait behind one another and all arrive', async (t) => {
  t.timeout(150_000)
  const [here, there] = socketpair()
  const piece = patterned(64)
  const writes = Array.from({ length: 100_000 }, () => here.write(piece))
  const bytes = Buffer.alloc(64 * 100_000)
  await there.readExactly(bytes)
  t.true((await Promise.all(writes)).every((sent) => sent === 64))
  t.is(digest(bytes), digest(Buffer.concat(Array.from({ length: 100_000 }, () => piece))))
  here.close()
  there.close()
})

test.serial(
  'when no descriptors are left, socketpair() and first waits say EMFILE, and nothing leaks',
  skippable(async (t) => {
    needs('prlimit')
    for (const limit of [40, 41, 64, 65]) {
      const ending = await runProgram('without-descriptors.mjs', {
        under: ['prlimit', `--nofile=${limit}`],
      })
      endedWell(t, ending, 'told and recovered')
    }
  }),
)
