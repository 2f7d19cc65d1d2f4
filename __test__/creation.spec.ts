import { closeSync, fstatSync, openSync } from 'node:fs'
import {
  constants,
  DatagramSocket,
  SeqpacketSocket,
  Socket,
  StreamSocket,
  socketpair,
} from 'socketpair'
import { flagsOf, inodeOf, isOpen, openDescriptors } from './helpers/descriptors.ts'
import { put, take } from './helpers/io.ts'
import { needs } from './helpers/needs.ts'
import { closeAfter, pair, TYPES } from './helpers/pairs.ts'
import { report } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

const CLASSES = { stream: StreamSocket, dgram: DatagramSocket, seqpacket: SeqpacketSocket }
const NUMBERS = {
  stream: constants.SOCK_STREAM,
  dgram: constants.SOCK_DGRAM,
  seqpacket: constants.SOCK_SEQPACKET,
}

for (const type of TYPES) {
  test(`K01 a new ${type} pair has two distinct descriptors that work both ways`, async (t) => {
    const [a, b] = pair(t, type)
    t.true(a.fd >= 3 && b.fd >= 3)
    t.not(a.fd, b.fd)
    t.not(inodeOf(a.fd), inodeOf(b.fd))
    t.true(fstatSync(a.fd).isSocket() && fstatSync(b.fd).isSocket())
    await put(a, 'there')
    t.is(await take(b), 'there')
    await put(b, 'back')
    t.is(await take(a), 'back')
  })

  test(`K01 the system sees a ${type} pair as what was asked for`, (t) => {
    const seen = { type: NUMBERS[type], domain: constants.AF_UNIX, protocol: 0 }
    t.deepEqual(report('identify.py', pair(t, type)), [seen, seen])
  })

  test(`a ${type} pair is made of objects of its class, fresh and open`, (t) => {
    for (const end of pair(t, type)) {
      t.is(end.constructor, CLASSES[type])
      t.true(end instanceof Socket)
      t.is(end.type, type)
      t.false(end.closed)
      t.is(end.bytesRead, 0)
      t.is(end.bytesWritten, 0)
      t.is(end.readableLength, 0)
    }
  })

  test(`K02 a ${type} pair can be made with protocol 0 and with protocol PF_UNIX`, async (t) => {
    needs('python3')
    for (const protocol of [0, 1]) {
      for (const [a, b] of [
        pair(t, type, { protocol }),
        socketpair(constants.AF_UNIX, NUMBERS[type], protocol) as ReturnType<typeof pair>,
      ]) {
        closeAfter(t, a, b)
        await put(a, 'x')
        t.is(await take(b), 'x')
        const seen = { type: NUMBERS[type], domain: constants.AF_UNIX, protocol: 0 }
        t.deepEqual(report('identify.py', [a, b]), [seen, seen])
      }
    }
  })

  test(`the numeric form makes a ${type} pair number for number`, async (t) => {
    const [a, b] = socketpair(constants.AF_UNIX, NUMBERS[type])
    closeAfter(t, a, b)
    t.true(a instanceof CLASSES[type] && b instanceof CLASSES[type])
    t.is(a.type, type)
    // No flag was given, so none is set.
    t.deepEqual(flagsOf(a.fd), { readAndWrite: true, nonBlocking: false, closeOnExec: false })
    t.deepEqual(flagsOf(b.fd), flagsOf(a.fd))
  })

  test(`K03 a ${type} pair fills holes in the table of descriptors from below`, (t) => {
    const files = Array.from({ length: 8 }, () => openSync('/dev/null', 'r')).toSorted(
      (one, other) => one - other,
    )
    const [low, high] = [files[1] as number, files[4] as number]
    closeSync(low)
    closeSync(high)
    const [a, b] = pair(t, type)
    t.deepEqual([a.fd, b.fd], [low, high])
    for (const fd of files) if (fd !== low && fd !== high) closeSync(fd)
  })

  test(`the buffer sizes of a ${type} pair can be asked for, for both ends`, (t) => {
    const [a, b] = pair(t, type, { sendBufferSize: 50_000, recvBufferSize: 60_000 })
    t.deepEqual([a.sendBufferSize, b.sendBufferSize], [100_000, 100_000])
    t.deepEqual([a.recvBufferSize, b.recvBufferSize], [120_000, 120_000])
  })
}

test('without arguments it makes a stream pair', (t) => {
  const [a, b] = socketpair()
  closeAfter(t, a, b)
  t.true(a instanceof StreamSocket && b instanceof StreamSocket)
  t.deepEqual(flagsOf(a.fd), { readAndWrite: true, nonBlocking: false, closeOnExec: true })
  t.deepEqual(flagsOf(b.fd), flagsOf(a.fd))
})

test('options that are undefined are those that were not given', (t) => {
  const [a] = pair(t, 'stream', {
    protocol: undefined,
    nonBlocking: undefined,
    closeOnExec: undefined,
    sendBufferSize: undefined,
    recvBufferSize: undefined,
  })
  t.deepEqual(flagsOf(a.fd), { readAndWrite: true, nonBlocking: false, closeOnExec: true })
})

test('a type given as an unsigned number is the same 32 bits', (t) => {
  const error = t.throws(() => socketpair(constants.AF_UNIX, 0xffff_ffff), { code: 'EINVAL' })
  t.is(error?.message, t.throws(() => socketpair(constants.AF_UNIX, -1))?.message)
})

test('K13 ten thousand pairs made and closed with data queued leave no descriptor', async (t) => {
  const before = openDescriptors()
  for (let round = 0; round < 10_000; round++) {
    const [a, b] = socketpair(TYPES[round % 3] as 'stream')
    await put(a, 'queued')
    a.close()
    b.close()
  }
  t.deepEqual(openDescriptors(), before)
})

test('the ends of a pair are closed each on its own', (t) => {
  const [a, b] = pair(t, 'stream')
  const [first, second] = [a.fd, b.fd]
  a.close()
  t.false(isOpen(first))
  t.true(isOpen(second))
  b.close()
  t.false(isOpen(second))
})
