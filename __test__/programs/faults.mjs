// Moves data while system calls fail or move little: started with the library of faults.c preloaded, told
// which part to play.

import { accessSync } from 'node:fs'
import * as all from 'socketpair'
import { descriptorsComeBackTo, openDescriptors, same, warmUp } from './support.mjs'

const { MessageBatch, socketpair, transfer } = all

/** @param {string} list what is to happen from now on */
function inject(list) {
  accessSync(`/faults/${list}`)
}

let everHappened = false

/** Whether any of it has happened; nothing does from here on. */
function stop() {
  let happened = true
  try {
    accessSync('/faults/?')
  } catch {
    happened = false
  }
  accessSync('/faults/')
  everHappened ||= happened
  return happened
}

/** @param {string} what */
function mustHaveHappened(what) {
  if (!stop()) throw new Error(`no fault was injected: ${what}`)
}

/** @param {number} length */
function patterned(length) {
  const bytes = Buffer.allocUnsafe(length)
  let state = 1
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}

/**
 * @param {Promise<unknown>} operation
 * @returns {Promise<import('socketpair').SystemError>}
 */
async function rejection(operation) {
  let value
  try {
    value = await operation
  } catch (error) {
    return /** @type {import('socketpair').SystemError} */ (error)
  }
  throw new Error(`expected a rejection, got ${String(value)}`)
}

/** @typedef {import('socketpair').StreamSocket} StreamSocket */
/** @typedef {import('socketpair').DatagramSocket | import('socketpair').SeqpacketSocket} Messages */

/** @type {Record<string, (end: StreamSocket, bytes: Buffer) => Promise<number>>} */
const writers = {
  write: (end, bytes) => end.write(bytes),
  'write with options': (end, bytes) => end.write(bytes, { timeout: 100_000 }),
  writev: (end, bytes) => {
    const third = Math.floor(bytes.length / 3)
    return end.writev([
      bytes.subarray(0, third),
      '',
      bytes.subarray(third, 2 * third),
      bytes.subarray(2 * third),
    ])
  },
}

/** @type {Record<string, (end: StreamSocket, into: Buffer) => Promise<void>>} */
const readers = {
  read: async (end, into) => {
    for (let at = 0; at < into.length;) at += await end.read(into.subarray(at))
  },
  readv: async (end, into) => {
    for (let at = 0; at < into.length;) {
      const middle = Math.min(at + 1000, into.length)
      at += await end.readv([into.subarray(at, middle), into.subarray(middle)])
    }
  },
  readExactly: (end, into) => end.readExactly(into),
  readChunk: async (end, into) => {
    for (let at = 0; at < into.length;) {
      const chunk = await end.readChunk()
      if (chunk === null) throw new Error('ended')
      chunk.copy(into, at)
      at += chunk.length
    }
  },
}

/** @type {Record<string, (end: Messages, messages: Buffer[]) => Promise<unknown>>} */
const senders = {
  send: async (end, messages) => {
    for (const message of messages) await end.send(message)
  },
  'send, all at once': (end, messages) => Promise.all(messages.map((message) => end.send(message))),
  sendv: async (end, messages) => {
    for (const message of messages) await end.sendv([message.subarray(0, 2), message.subarray(2)])
  },
  sendMany: (end, messages) => end.sendMany(messages),
}

/** @type {Record<string, (end: Messages, count: number) => Promise<Buffer[]>>} */
const receivers = {
  recv: async (end, count) => {
    const received = []
    while (received.length < count) received.push((await end.recv())?.data ?? Buffer.from('end'))
    return received
  },
  recvInto: async (end, count) => {
    const received = []
    const buffer = Buffer.alloc(100)
    while (received.length < count) {
      const info = await end.recvInto(buffer)
      received.push(Buffer.from(buffer.subarray(0, info?.bytesRead)))
    }
    return received
  },
  recvMany: async (end, count) => {
    const received = []
    const batch = new MessageBatch({ maxMessages: 7 })
    while (received.length < count) {
      await end.recvMany(batch)
      for (const message of batch) received.push(Buffer.from(message))
    }
    return received
  },
}

/** @type {Record<string, (list: string) => Promise<void>>} */
const parts = {
  async stream(list) {
    const bytes = patterned(700_000)
    // Where experience decides whether an end waits by poll(2), a transfer may have no call of it.
    const options = list.includes('poll:') ? { busyPoll: 50 } : {}
    for (const [how, write] of Object.entries(writers)) {
      for (const [into, read] of Object.entries(readers)) {
        const [here, there] = socketpair('stream', options)
        const landed = [Buffer.alloc(bytes.length), Buffer.alloc(bytes.length)]
        inject(list)
        const sent = await Promise.all([
          write(here, bytes),
          write(there, bytes),
          read(here, /** @type {Buffer} */ (landed[0])),
          read(there, /** @type {Buffer} */ (landed[1])),
        ])
        stop()
        same(sent[0], bytes.length, how)
        same(
          landed.every((one) => one.equals(bytes)),
          true,
          `${how}, ${into}`,
        )
        same(`${here.bytesWritten} ${here.bytesRead}`, `${bytes.length} ${bytes.length}`, 'totals')
        here.close()
        there.close()
      }
    }
  },

  async messages(list) {
    const messages = Array.from({ length: 500 }, (_, i) =>
      Buffer.from(`message ${i}`.padEnd(i % 90)),
    )
    for (const type of /** @type {const} */ (['seqpacket', 'dgram'])) {
      for (const [how, send] of Object.entries(senders)) {
        for (const [into, receive] of Object.entries(receivers)) {
          const [here, there] = /** @type {[Messages, Messages]} */ (
            socketpair(/** @type {'dgram'} */ (type))
          )
          inject(list)
          const receiving = receive(there, messages.length)
          await Promise.all([send(here, messages), receiving])
          const received = await receiving
          stop()
          same(received.join('|'), messages.join('|'), `${type}, ${how}, ${into}`)
          here.close()
          there.close()
        }
      }
    }
  },

  // What is told: the error of the system, with what had gone by then.
  async told(code) {
    const bytes = patterned(700_000)
    for (const [how, write] of Object.entries(writers)) {
      for (const nth of [1, 2, 4]) {
        const [here, there] = socketpair()
        inject(`send:${code}:@${nth}`)
        const failure = rejection(write(here, bytes))
        const behind = here.write('behind')
        let landed = Buffer.alloc(0)
        while (!landed.toString('latin1').endsWith('behind')) {
          landed = Buffer.concat([landed, (await there.readChunk()) ?? Buffer.from('ended')])
        }
        mustHaveHappened(how)
        const error = await failure
        same(error.code, code, how)
        same(error.syscall, 'sendmsg', how)
        same(error.bytesWritten, landed.length - 6, `bytesWritten of ${how}, call ${nth}`)
        same(landed.subarray(0, -6).equals(bytes.subarray(0, landed.length - 6)), true, how)
        same(await behind, 6, how)
        same(here.bytesWritten, landed.length, how)
        here.close()
        there.close()
      }
    }
    for (const [how, read] of Object.entries(readers)) {
      const [here, there] = socketpair()
      await there.write('all of it')
      const into = Buffer.alloc(9)
      inject(`recv:${code}:@1`)
      const error = await rejection(read(here, into))
      mustHaveHappened(how)
      same(error.code, code, how)
      same(error.syscall, 'recvmsg', how)
      await read(here, into)
      same(into.toString(), 'all of it', how)
      here.close()
      there.close()
    }
    for (const type of /** @type {const} */ (['seqpacket', 'dgram'])) {
      for (const nth of [1, 2]) {
        for (const [how, receive] of Object.entries(receivers)) {
          const [here, there] = /** @type {[Messages, Messages]} */ (
            socketpair(/** @type {'dgram'} */ (type))
          )
          await there.sendMany([Buffer.from('one'), Buffer.from('two')])
          inject(`recv:${code}:@${nth}`)
          // A batch may be given first that ended before it, and the error with the next call.
          const received = []
          /** @type {import('socketpair').SystemError | undefined} */
          let error
          while (error === undefined) {
            const outcome = await receive(here, 1).catch((reason) => reason)
            if (Array.isArray(outcome)) received.push(...outcome)
            else error = outcome
            if (received.length === 2) break
          }
          const happened = stop()
          if (error !== undefined) same(error.code, code, how)
          else if (happened && how !== 'recvMany') throw new Error(`${how}: not told`)
          while (received.length < 2) received.push(...(await receive(here, 1)))
          same(received.join(), 'one,two', `${type}, ${how}, call ${nth}`)
          here.close()
          there.close()
        }
      }
      for (const [how, send] of Object.entries(senders)) {
        const [here, there] = /** @type {[Messages, Messages]} */ (
          socketpair(/** @type {'dgram'} */ (type))
        )
        inject(`send:${code}:@1`)
        const error = await rejection(send(here, [Buffer.from('lost')]))
        mustHaveHappened(how)
        same(error.code, code, how)
        await send(here, [Buffer.from('sent')])
        same((await there.recv())?.data.toString(), 'sent', how)
        here.close()
        there.close()
      }
    }
  },

  // Every wait fails; what needs none goes on, and later waits work.
  async waits(list) {
    const [here, there] = socketpair()
    inject(list)
    const read = await rejection(here.read(Buffer.alloc(4)))
    mustHaveHappened('a read')
    same(list.split(':')[1], read.code, 'the read that could not wait')
    inject(list)
    const bytes = patterned(700_000)
    const write = await rejection(here.write(bytes))
    mustHaveHappened('a write')
    same(list.split(':')[1], write.code, 'the write that could not wait')
    const sent = write.bytesWritten ?? -1
    const into = Buffer.alloc(sent)
    await there.readExactly(into)
    same(into.equals(bytes.subarray(0, sent)), true, 'what was sent')
    const next = here.read(Buffer.alloc(4))
    await there.write('next')
    same(await next, 4, 'the next read')
    here.close()
    there.close()
  },

  // ENOBUFS again and again: told after a while, and not before.
  async 'no buffers'() {
    const [here, there] = socketpair()
    const [one, other] = socketpair('seqpacket')
    inject('send:ENOBUFS:1000')
    const errors = await Promise.all([rejection(here.write('never')), rejection(one.send('never'))])
    mustHaveHappened('ENOBUFS')
    for (const { code, syscall } of errors) same(`${code} ${syscall}`, 'ENOBUFS sendmsg')
    same(errors[0]?.bytesWritten, 0, 'bytesWritten')
    await here.write('next')
    await one.send('next')
    same((await there.readChunk())?.toString(), 'next')
    same((await other.recv())?.data.toString(), 'next')
    for (const end of [here, there, one, other]) end.close()
  },

  // A batch ended before an error: it is told by the next receive, in whatever thread.
  async 'moved with an error'(list) {
    for (const type of /** @type {const} */ (['seqpacket', 'dgram'])) {
      const [here, there] = /** @type {[Messages, Messages]} */ (
        socketpair(/** @type {'dgram'} */ (type))
      )
      await there.sendMany([Buffer.from('one'), Buffer.from('two')])
      inject(list)
      same(await here.recvMany(new MessageBatch()), 1, `${type}: the batch`)
      mustHaveHappened('a receive')
      const moved = /** @type {Messages} */ (all.receive(transfer(here)))
      same((await rejection(moved.recv())).code, list.split(':')[1], `${type}: the error`)
      same((await moved.recv())?.data.toString(), 'two')
      moved.close()
      there.close()
    }
  },

  // No thread can be started that would close what is lost: nothing is moved then.
  async 'moved without a thread'(list) {
    const [here, there] = socketpair()
    const waiting = there.read(Buffer.alloc(4))
    inject(list)
    const failed = await rejection(Promise.resolve().then(() => transfer(there)))
    mustHaveHappened('a transfer')
    same(`${failed.code} ${failed.syscall}`, 'EAGAIN pthread_create')
    await here.write('stay')
    same(await waiting, 4, 'what waited')
    const moved = all.receive(transfer(there))
    await here.write('works')
    same(moved.readableLength, 5)
    moved.close()
    here.close()
  },

  // The creation of a pair fails at each of its calls in turn.
  async creation(list) {
    const before = openDescriptors()
    let failures = 0
    for (const type of /** @type {const} */ (['stream', 'dgram', 'seqpacket'])) {
      for (const options of [
        {},
        { nonBlocking: true, closeOnExec: false },
        { nonBlocking: /** @type {[boolean, boolean]} */ ([true, false]) },
        { closeOnExec: /** @type {[boolean, boolean]} */ ([false, true]) },
        { sendBufferSize: 50_000, recvBufferSize: 50_000 },
      ]) {
        for (let nth = 1; nth < 20; nth++) {
          inject(`${list}:@${nth}`)
          try {
            const [here, there] = socketpair(/** @type {'stream'} */ (type), options)
            here.close()
            there.close()
          } catch (error) {
            const { code } = /** @type {{ code: string }} */ (error)
            same(code, list.split(':')[1], 'code')
            failures++
          }
          const happened = stop()
          same(
            openDescriptors(),
            before,
            `descriptors after ${type} ${JSON.stringify(options)} ${list}:@${nth}`,
          )
          if (!happened) break
        }
      }
    }
    if (list.startsWith('socketpair') && failures === 0) throw new Error('nothing failed')
    const [here, there] = socketpair()
    await here.write('works')
    same((await there.readChunk())?.toString(), 'works')
    here.close()
    there.close()
  },
}

const [part = '', list = '', warm] = process.argv.slice(2)
if (warm === 'warm') await warmUp()
const before = openDescriptors()
await /** @type {(list: string) => Promise<void>} */ (parts[part])(list)
if (!everHappened) throw new Error('no fault was injected')
// The I/O runtime's own, if it was started meanwhile.
await descriptorsComeBackTo(before + (warm === 'warm' ? 0 : 5))
console.log('all of it')
