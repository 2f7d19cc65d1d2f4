// Any sequence of operations against a model: bytes come in order and once, messages as they were sent,
// whatever was given up in between.

import test from 'ava'
import * as fc from 'fast-check'
import {
  type DatagramSocket,
  MessageBatch,
  type SeqpacketSocket,
  type StreamSocket,
  type SystemError,
  socketpair,
} from 'socketpair'
import { patterned } from './helpers/bytes.js'
import { guardDescriptors } from './helpers/descriptor-guard.js'

guardDescriptors(test)

const RUNS = { numRuns: 300, endOnFailure: true }
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** How an operation is given up, if it is: at once, after some steps of the sequence, or by a timeout. */
const giveUp = fc.oneof(
  { weight: 6, arbitrary: fc.constant('never' as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('at once' as const, 'later' as const, 'timeout 0' as const),
  },
)
/** Sizes around nothing, around the buffer and beyond. */
const size = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 200 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 70_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 150_000, max: 700_000 }) },
)

/** Operations that may be given up, and what can still be. */
class Given {
  readonly #controllers: AbortController[] = []

  options(how: 'never' | 'at once' | 'later' | 'timeout 0') {
    if (how === 'never') return
    if (how === 'timeout 0') return { timeout: 0 }
    const controller = new AbortController()
    // A reason of its own, since what was done by then is told on it.
    if (how === 'at once') controller.abort(new Error('given up'))
    else this.#controllers.push(controller)
    return { signal: controller.signal }
  }

  /** Gives up the oldest that waits to be given up. */
  next() {
    this.#controllers.shift()?.abort(new Error('given up'))
  }
}

const streamStep = fc.oneof(
  fc.record({
    do: fc.constantFrom('write' as const, 'writev' as const, 'tryWrite' as const),
    size,
    giveUp,
  }),
  fc.record({
    do: fc.constantFrom(
      'read' as const,
      'readv' as const,
      'readExactly' as const,
      'readChunk' as const,
      'tryRead' as const,
    ),
    size,
    giveUp,
  }),
  fc.record({ do: fc.constant('turn' as const) }),
  fc.record({ do: fc.constant('give up' as const) }),
)

test.serial('any sequence of stream operations moves every byte once and in order', async (t) => {
  t.timeout(150_000)
  const pattern = patterned(700_000)
  const property = fc.asyncProperty(
    fc.array(streamStep, { maxLength: 40, size: 'max' }),
    async (steps) => {
      const [here, there]: [StreamSocket, StreamSocket] = socketpair()
      const given = new Given()
      const writes: Promise<Uint8Array>[] = []
      const reads: Promise<Uint8Array>[] = []
      let from = 0

      const write = (bytes: Uint8Array, operation: Promise<number>) =>
        writes.push(
          operation.then(
            (sent) => (sent === bytes.length ? bytes : Buffer.from('short')),
            (error: SystemError) => bytes.subarray(0, error.bytesWritten ?? 0),
          ),
        )
      const read = (operation: Promise<unknown>, landed: (result: unknown) => Uint8Array) =>
        reads.push(operation.then(landed, (error: SystemError) => landed(error.bytesRead ?? 0)))

      for (const step of steps) {
        if (step.do === 'turn') await turn()
        else if (step.do === 'give up') given.next()
        else if (step.do === 'write' || step.do === 'writev' || step.do === 'tryWrite') {
          from = (from + 7919) % 1000
          const bytes = pattern.subarray(from, from + step.size)
          const middle = step.size >> 1
          if (step.do === 'write') write(bytes, here.write(bytes, given.options(step.giveUp)))
          else if (step.do === 'writev') {
            const pieces = [bytes.subarray(0, middle), new Uint8Array(0), bytes.subarray(middle)]
            write(bytes, here.writev(pieces, given.options(step.giveUp)))
          } else writes.push(Promise.resolve(bytes.subarray(0, here.tryWrite(bytes) ?? 0)))
        } else {
          const buffer = Buffer.alloc(step.size)
          const landed = (result: unknown) => buffer.subarray(0, result as number)
          const options = given.options(step.giveUp)
          if (step.do === 'read') read(there.read(buffer, options), landed)
          else if (step.do === 'readv') {
            const middle = step.size >> 1
            read(
              there.readv([buffer.subarray(0, middle), buffer.subarray(middle)], options),
              landed,
            )
          } else if (step.do === 'readExactly') {
            read(there.readExactly(buffer, options), (result) =>
              landed(result === undefined ? step.size : result),
            )
          } else if (step.do === 'readChunk') {
            read(there.readChunk(step.size, options), (result) =>
              result instanceof Uint8Array ? result : new Uint8Array(0),
            )
          } else reads.push(Promise.resolve(buffer.subarray(0, there.tryRead(buffer) ?? 0)))
        }
      }
      // What still waits finds the rest, and then the end.
      const rest = (async () => {
        const chunks = []
        for await (const chunk of there) chunks.push(chunk)
        return Buffer.concat(chunks)
      })()
      const sent = Buffer.concat(await Promise.all(writes))
      here.shutdown('write')
      const received = Buffer.concat([...(await Promise.all(reads)), await rest])
      t.true(received.equals(sent), `${received.length} of ${sent.length} bytes`)
      t.is(here.bytesWritten, sent.length)
      t.is(there.bytesRead, received.length)
      here.close()
      there.close()
    },
  )
  await fc.assert(property, RUNS)
})

const sizes = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 300 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 60_000 }) },
)
const messageStep = fc.oneof(
  fc.record({
    do: fc.constantFrom('send' as const, 'sendv' as const, 'sendMany' as const, 'trySend' as const),
    size: sizes,
    giveUp,
  }),
  fc.record({
    do: fc.constantFrom(
      'recv' as const,
      'peek' as const,
      'recvInto' as const,
      'recvMany' as const,
      'tryRecv' as const,
    ),
    room: fc.integer({ min: 1, max: 400 }),
    giveUp,
  }),
  fc.record({ do: fc.constant('turn' as const) }),
  fc.record({ do: fc.constant('give up' as const) }),
)

/** What a receive told of a message: its first bytes, as many as there was room for, and its true length. */
interface Got {
  bytes: Uint8Array
  size: number | undefined
  truncated: boolean
}

for (const type of ['seqpacket', 'dgram'] as const) {
  test.serial(
    `any sequence of ${type} operations moves every message once, whole or said to be cut, in order`,
    async (t) => {
      t.timeout(150_000)
      const property = fc.asyncProperty(
        fc.array(messageStep, { maxLength: 60, size: 'max' }),
        async (steps) => {
          const [here, there] = socketpair(type as 'dgram') as [
            DatagramSocket | SeqpacketSocket,
            DatagramSocket | SeqpacketSocket,
          ]
          const given = new Given()
          const sends: Promise<Uint8Array[]>[] = []
          const receives: Promise<{ got: Got[]; peeked: boolean }>[] = []
          let seed = 1
          const none = { got: [], peeked: false }

          for (const step of steps) {
            if (step.do === 'turn') await turn()
            else if (step.do === 'give up') given.next()
            else if ('size' in step) {
              const bytes = patterned(step.size, seed++)
              const middle = step.size >> 1
              const options = given.options(step.giveUp)
              const sent = [bytes]
              if (step.do === 'trySend') {
                sends.push(Promise.resolve(here.trySend(bytes) === undefined ? [] : sent))
              } else if (step.do === 'sendMany') {
                const many = [bytes, patterned(3, seed++), bytes]
                sends.push(
                  here.sendMany(many, options).then(
                    (count) => many.slice(0, count),
                    (error: SystemError & { messagesSent?: number }) =>
                      many.slice(0, error.messagesSent ?? 0),
                  ),
                )
              } else {
                const pieces = [bytes.subarray(0, middle), bytes.subarray(middle)]
                const send =
                  step.do === 'send' ? here.send(bytes, options) : here.sendv(pieces, options)
                sends.push(
                  send.then(
                    () => sent,
                    () => [],
                  ),
                )
              }
            } else {
              const options = given.options(step.giveUp)
              const buffer = Buffer.alloc(step.room)
              if (step.do === 'tryRecv') {
                const info = there.tryRecv(buffer)
                const got = info && {
                  bytes: buffer.subarray(0, info.bytesRead),
                  size: info.messageSize,
                  truncated: info.truncated,
                }
                receives.push(Promise.resolve({ got: got ? [got] : [], peeked: false }))
              } else if (step.do === 'recvInto') {
                receives.push(
                  there.recvInto(buffer, options).then(
                    (info) => {
                      if (info === null) return none
                      const { bytesRead, messageSize, truncated } = info
                      return {
                        got: [
                          { bytes: buffer.subarray(0, bytesRead), size: messageSize, truncated },
                        ],
                        peeked: false,
                      }
                    },
                    () => none,
                  ),
                )
              } else if (step.do === 'recvMany') {
                const batch = new MessageBatch({ maxMessages: 3, bytes: 100_000 })
                receives.push(
                  there.recvMany(batch, options).then(
                    (count) => ({
                      got: Array.from({ length: count }, (_, i) => {
                        const { truncated, messageSize } = batch.info(i)
                        return { bytes: batch.message(i), size: messageSize, truncated }
                      }),
                      peeked: false,
                    }),
                    () => none,
                  ),
                )
              } else {
                const peek = step.do === 'peek'
                const maxBytes = step.room % 2 ? { maxBytes: step.room } : {}
                receives.push(
                  there.recv({ ...options, ...maxBytes, peek }).then(
                    (message) => {
                      if (message === null) return none
                      const { data, messageSize, truncated } = message
                      return { got: [{ bytes: data, size: messageSize, truncated }], peeked: peek }
                    },
                    () => none,
                  ),
                )
              }
            }
          }
          // The rest is taken until a message that says so; those that wait get that one many times over.
          const last = Buffer.from('the last message of all')
          const rest = (async () => {
            const got: Got[] = []
            for (;;) {
              const message = await there.recv()
              if (message === null || message.data.equals(last)) return got
              got.push({
                bytes: message.data,
                size: message.messageSize,
                truncated: message.truncated,
              })
            }
          })()
          let over = false
          void rest.then(() => (over = true))
          const sent = (await Promise.all(sends)).flat()
          while (!over) {
            here.trySend(last)
            await turn()
          }
          const taken = (await Promise.all(receives)).concat({ got: await rest, peeked: false })

          let at = 0
          for (const { got, peeked } of taken) {
            for (const [index, { bytes, size: length, truncated }] of got.entries()) {
              const message = sent[at + (peeked ? 0 : index)] ?? last
              t.true(Buffer.from(bytes).equals(message.subarray(0, bytes.length)))
              t.is(length, message.length)
              t.is(truncated, bytes.length < message.length)
            }
            if (!peeked) at += got.length
          }
          t.true(at >= sent.length, `${at} of ${sent.length} messages`)
          here.close()
          there.close()
        },
      )
      await fc.assert(property, RUNS)
    },
  )
}
