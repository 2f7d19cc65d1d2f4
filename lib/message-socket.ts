import { BLOCKED, failed, receiveBlocked, sendBlocked } from './answers.js'
import { unpack } from './arrival.js'
import {
  byteLengthOf,
  checkBoolean,
  checkBuffer,
  checkInteger,
  checkList,
  toBuffer,
  toBytes,
} from './arguments.js'
import type { End } from './end.js'
import { failureOf, invalidType, invalidValue } from './errors.js'
import {
  infoOf,
  isEndOfFile,
  lengthOf,
  type Message,
  type MessageInfo,
  MOST_FDS,
  receiveOf,
  type ReceiveOptions,
  type RecvOptions,
} from './message.js'
import { memoryOf, MessageBatch } from './message-batch.js'
import { calls, MAX_TRANSFER, MESSAGE_FLAG, OUT_OF_BOUNDS } from './native.js'
import type { SendManyOptions, SendOptions } from './outgoing.js'
import { sendAlong, sendManyAlong, sendManyOf, sendOf } from './sending-along.js'
import { sendWhole, wholeOfMessages, wholeOfPieces } from './sending-whole.js'
import { endOf, Socket } from './socket.js'
import {
  type DuplexOptions,
  messageDuplexOf,
  messageStreamsOf,
  type SocketDuplex,
} from './streams/of-socket.js'
import { spend } from './turn.js'

/** A receive into `buffer` as its user sees it; null at end-of-file. */
function take(
  end: End,
  buffer: Uint8Array,
  room: number,
  maxFds: number,
): MessageInfo | null | typeof BLOCKED {
  const answer = calls.recv(end.id, buffer, 0, room, maxFds)
  if (answer < 0) return receiveBlocked(answer)
  if (isEndOfFile(answer)) return null
  const info = infoOf(end, answer, room)
  end.bytesRead += info.bytesRead
  return info
}

/** {@link take} where no queue tells of a failure. */
function takeAtOnce(...args: Parameters<typeof take>): ReturnType<typeof take> {
  try {
    return take(...args)
  } catch (error) {
    throw failed(args[0], error)
  }
}

/**
 * What datagram and seqpacket ends have in common: messages with boundaries. An empty message is a
 * message and never end-of-file; a cut one says so.
 *
 * Operations in one direction queue and settle in the order of their calls. A message is sent or
 * received whole or not at all: a promise that rejects with ECANCELED (closed), ETIMEDOUT or its
 * signal's reason has done nothing, but for {@link sendMany}: `messagesSent` of its error says how many
 * went.
 */
export abstract class MessageSocket extends Socket {
  /**
   * Sends one message; a string goes as UTF-8. The kernel reads the buffer's own memory: don't change it
   * before the promise settles. Waits while the peer's queue is full.
   *
   * Cancel safety: an operation that ends early has sent nothing.
   *
   * @returns the bytes sent
   * @throws EMSGSIZE larger than the system's limit (`sendBufferSize` - 32 on Linux), the end stays
   * usable; EPIPE the peer reads no more, the peer of a seqpacket end is closed, or this end was shut
   * down for writing; ECONNREFUSED the peer of a datagram end is closed (once), ENOTCONN (from then on);
   * ECONNRESET the peer of a seqpacket end closed with our messages unread (once, here or at a receive);
   * ENOBUFS, ENOMEM; EBADF closed; ECANCELED; ETIMEDOUT. Of `fds`: ERR_INVALID_ARG_TYPE or EBADF with
   * `index`; EINVAL more than 253, or one that can't be passed; EMFILE no room to hold them while it waits;
   * ETOOMANYREFS too many on their way; EPERM the peer accepts none. Of `credentials`: EPERM, ESRCH;
   * EOPNOTSUPP where senders give none.
   * @see sendmsg(2), unix(7)
   */
  send(data: Uint8Array | string, options?: SendOptions): Promise<number> {
    try {
      const send = sendOf(options)
      const bytes = toBytes(data, 'data')
      const end = endOf(this)
      const sending = send && sendAlong(end, [bytes], 'data', send)
      if (sending !== undefined) return sending
      const limits = send?.limits
      const length = byteLengthOf(bytes)
      let tried = false
      if (limits === undefined && end.writing.free) {
        const answer = calls.send(end.id, bytes, 0, length)
        if (answer >= 0) {
          end.bytesWritten += answer
          spend(answer)
          return Promise.resolve(answer)
        }
        tried = sendBlocked(answer, end) === BLOCKED
      }
      const attempt = () => {
        const answer = calls.send(end.id, bytes, 0, length)
        if (answer < 0) return sendBlocked(answer)
        end.bytesWritten += answer
        return answer
      }
      return end.writing.enqueue(attempt, limits, undefined, tried)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Sends one message made of several pieces; of none, an empty message. More than `IOV_MAX` (1024)
   * pieces are gathered in a copy first, since the system takes no more for one message.
   *
   * @returns the bytes sent
   * @throws as {@link send}; Cancel safety as there
   * @see sendmsg(2)
   */
  sendv(parts: readonly (Uint8Array | string)[], options?: SendOptions): Promise<number> {
    try {
      const send = sendOf(options)
      const views = checkList(parts, 'parts', toBytes)
      const end = endOf(this)
      const sending = send && sendAlong(end, views, 'parts', send)
      if (sending !== undefined) return sending
      return end.writing.enqueue(wholeOfPieces(end, views).attempt, send?.limits)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Sends many messages in order, many with one system call where the system has `sendmmsg(2)`.
   *
   * Cancel safety: an operation that ends early may have sent the first ones; `messagesSent` of the
   * error says how many.
   *
   * @returns how many messages were sent: all of them
   * @throws as {@link send}, at the first message that fails, with `messagesSent`; EBADF of a descriptor
   * with `messageIndex` and `index`, before any message is sent
   * @see sendmmsg(2)
   */
  sendMany(messages: readonly Uint8Array[], options?: SendManyOptions): Promise<number> {
    try {
      const send = sendManyOf(options)
      const views = checkList(messages, 'messages', toBuffer)
      const end = endOf(this)
      const sending = send && sendManyAlong(end, views, send)
      if (sending !== undefined) return sending
      if (views.length === 0 && !end.closed) return Promise.resolve(0)
      return sendWhole(end, wholeOfMessages(end, views), 'messagesSent', send?.limits)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Receives the next message, whole however long it is, or its first `maxBytes`.
   *
   * Cancel safety: an operation that ends early has taken no message.
   *
   * @returns the message; null at end-of-file, which a datagram end has only after its own
   * `shutdown('read')`
   * @throws ECONNRESET the peer of a seqpacket end closed with our messages unread (once, before the
   * messages that are queued); ENOMEM; EBADF closed; ECANCELED; ETIMEDOUT
   * @see recvmsg(2), unix(7)
   */
  recv(options?: RecvOptions): Promise<Message | null> {
    try {
      const { limits, maxFds } = receiveOf(options)
      const { maxBytes = MAX_TRANSFER, peek = false } = options ?? {}
      checkInteger(maxBytes, 'options.maxBytes', 1, MAX_TRANSFER)
      checkBoolean(peek, 'options.peek')
      const end = endOf(this)
      return end.reading.enqueue(() => {
        const next = calls.nextLength(end.id)
        if (next < 0) return receiveBlocked(next)
        if (isEndOfFile(next)) return null
        const room = Math.min(lengthOf(next), maxBytes)
        const data = end.memory(room)
        if (!peek) {
          const info = take(end, data, room, maxFds)
          return info === null || info === BLOCKED ? info : withData(info, data)
        }
        const answer = calls.peek(end.id, data, 0, room)
        if (answer < 0) return receiveBlocked(answer)
        if (isEndOfFile(answer)) return null
        return withData(infoOf(end, answer, room), data)
      }, limits)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Receives the next message into `buffer`. The kernel writes into the buffer's own memory; what does
   * not fit is lost, and `truncated` says so.
   *
   * Cancel safety: an operation that ends early has taken no message.
   *
   * @returns what is known of the message; null at end-of-file
   * @throws ERR_INVALID_ARG_VALUE an empty buffer: the system would drop the message; ERR_INVALID_STATE
   * the buffer was detached or shrunk while it waited, nothing is lost; else as {@link recv}
   * @see recvmsg(2)
   */
  recvInto(buffer: Uint8Array, options?: ReceiveOptions): Promise<MessageInfo | null> {
    try {
      const { limits, maxFds } = receiveOf(options)
      const room = checkRoom(buffer)
      const end = endOf(this)
      let tried = false
      if (limits === undefined && end.reading.free) {
        const taken = takeAtOnce(end, buffer, room, maxFds)
        if (taken !== BLOCKED) {
          spend(taken?.bytesRead ?? 0)
          return Promise.resolve(taken)
        }
        tried = true
      }
      return end.reading.enqueue(() => take(end, buffer, room, maxFds), limits, undefined, tried)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Receives the messages that are there, as many as fit the batch, waiting for the first: with one call
   * into the addon. What the batch held before is gone. A batch ends early when the next message could
   * bring its descriptors above 1012.
   *
   * Cancel safety: an operation that ends early has taken no message.
   *
   * @returns how many messages the batch holds now; 0 at end-of-file. An empty message counts as one.
   * @throws ERR_INVALID_STATE the batch's memory was detached, nothing is lost; else as {@link recv}
   * @see recvmsg(2)
   */
  recvMany(batch: MessageBatch, options?: ReceiveOptions): Promise<number> {
    try {
      if (!(batch instanceof MessageBatch)) {
        throw invalidType('batch', 'an instance of MessageBatch', batch)
      }
      const { limits, maxFds } = receiveOf(options)
      const end = endOf(this)
      const { slab, table, fill } = memoryOf(batch)
      const { byteLength } = slab
      return end.reading.enqueue(() => {
        // Into a slab without room the system would drop the message.
        if (slab.byteLength < byteLength || byteLength === 0)
          throw failureOf(OUT_OF_BOUNDS, 'recvmsg')
        const answer = calls.recvMany(end.id, slab, table, maxFds)
        if (answer < 0) return receiveBlocked(answer)
        let flags = 0
        for (let row = 0; row < answer; row++) {
          end.bytesRead += table[row * 4 + 1] as number
          flags |= table[row * 4 + 2] as number
        }
        const arrived = (flags & MESSAGE_FLAG.arrived) !== 0
        fill(answer, arrived ? (infoAt) => unpack(end, infoAt) : undefined)
        return answer
      }, limits)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Sends a message if the system takes it now, without waiting.
   *
   * @returns the bytes sent; undefined when it would have to wait or other sends are before it
   * @throws as {@link send}, at once
   */
  trySend(data: Uint8Array | string): number | undefined {
    const bytes = toBytes(data, 'data')
    const end = endOf(this)
    if (!end.writing.empty) return undefined
    const answer = calls.send(end.id, bytes, 0, byteLengthOf(bytes))
    if (answer >= 0) end.bytesWritten += answer
    else if (sendBlocked(answer)) return undefined
    return answer
  }

  /**
   * Receives a message into `buffer` if one is there, without waiting.
   *
   * @returns what is known of it; null at end-of-file; undefined when there is none yet or other
   * receives are before it
   * @throws as {@link recvInto}, at once
   */
  tryRecv(buffer: Uint8Array): MessageInfo | null | undefined {
    const room = checkRoom(buffer)
    const end = endOf(this)
    if (!end.reading.empty) return undefined
    const taken = take(end, buffer, room, MOST_FDS)
    return taken === BLOCKED ? undefined : taken
  }

  /** Messages as {@link recv} gives them, until end-of-file. Leaving the loop closes nothing. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Message, void, undefined> {
    for (;;) {
      const message = await this.recv()
      if (message === null) return
      yield message
    }
  }

  /**
   * A Duplex of `node:stream` in object mode over this socket, which it has for itself from then on: each
   * chunk is a message, in a Buffer of its own. See {@link SocketDuplex}. Descriptors that come are closed,
   * and a warning says so once. The same one at each call.
   *
   * @throws EBADF closed; ERR_INVALID_STATE options, and there is one already
   */
  toDuplex(options?: DuplexOptions): SocketDuplex {
    return messageDuplexOf(this, options)
  }

  /**
   * What is received, as a stream of the web: each chunk is a message. Descriptors as with
   * {@link toDuplex}; else as {@link StreamSocket.readable}, without the reader's own memory.
   *
   * @throws EBADF closed
   */
  get readable(): ReadableStream<Uint8Array> {
    return messageStreamsOf(this).readable
  }

  /**
   * What is to be sent, as a stream of the web: each chunk is a message. Else as
   * {@link StreamSocket.writable}.
   *
   * @throws EBADF closed
   */
  get writable(): WritableStream<Uint8Array | string> {
    return messageStreamsOf(this).writable
  }
}

/** A buffer for a message; gives its room in bytes. */
function checkRoom(buffer: unknown): number {
  const length = checkBuffer(buffer, 'buffer')
  if (length === 0) {
    throw invalidValue('buffer', 'must not be empty: the system would drop a message', buffer)
  }
  return Math.min(length, MAX_TRANSFER)
}

/** `info` itself, since `fds` may be an accessor; shorter data if another reader took what was measured. */
function withData(info: MessageInfo, data: Buffer): Message {
  const { bytesRead } = info
  const landed = bytesRead === data.length ? data : data.fill(0, bytesRead).subarray(0, bytesRead)
  return Object.assign(info, { data: landed })
}
