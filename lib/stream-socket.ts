import { BLOCKED, failed, plainly, receiveBlocked, sendBlocked } from './answers.js'
import {
  byteLengthOf,
  checkBuffer,
  checkInteger,
  checkList,
  limitsOf,
  type OperationOptions,
  toBuffer,
  toBytes,
} from './arguments.js'
import type { End } from './end.js'
import { carry, failureOf, NO_BUFFERS, unexpectedEndOfFile, WOULD_BLOCK } from './errors.js'
import {
  describe,
  receiveOf,
  type ReceiveOptions,
  type StreamMessageInfo,
  streamInfoOf,
} from './message.js'
import { calls, MAX_TRANSFER, MESSAGE_FLAG } from './native.js'
import type { SendOptions } from './outgoing.js'
import { sendAlong, sendOf } from './sending-along.js'
import { sendWhole, whole, wholeOfPieces } from './sending-whole.js'
import { endOf, register, Socket } from './socket.js'
import { CHUNK, copyOf, receiveChunk } from './streams/chunk-slab.js'
import {
  byteStreamsOf,
  type DuplexOptions,
  type SocketDuplex,
  streamDuplexOf,
} from './streams/of-socket.js'
import { spend } from './turn.js'
import { sameLengths } from './views.js'

function receive(end: End, buffer: Uint8Array, offset: number, length: number) {
  const answer = calls.recv(end.id, buffer, offset, Math.min(length, MAX_TRANSFER))
  if (answer < 0) return receiveBlocked(answer)
  const landed = plainly(end, answer)
  end.bytesRead += landed
  return landed
}

/**
 * An end of a stream pair: bytes in order, without boundaries.
 *
 * Operations in one direction queue and settle in the order of their calls; the two directions are
 * independent. A promise that rejects with ECANCELED (closed), ETIMEDOUT or its signal's reason has
 * received nothing and sent nothing, unless the error says so by `bytesWritten` or `bytesRead`.
 */
export class StreamSocket extends Socket {
  /** `'stream'` */
  override get type(): 'stream' {
    return 'stream'
  }

  /**
   * Receives what is there into `buffer`, waiting for the first byte. The kernel writes into the
   * buffer's own memory, when there is something to write: don't shrink or transfer it before.
   *
   * Cancel safety: an operation that is aborted, timed out or cancelled has consumed nothing.
   *
   * @returns the bytes that landed; 0 at end-of-file, and for an empty buffer, which touches nothing
   * @throws ECONNRESET the peer closed with our bytes unread (once, after the bytes that were queued);
   * EBADF closed; ECANCELED closed meanwhile; ETIMEDOUT; ERR_INVALID_STATE the buffer was detached or
   * shrunk while it waited, nothing is lost
   * @see recvmsg(2), unix(7)
   */
  read(buffer: Uint8Array, options?: OperationOptions): Promise<number> {
    try {
      const limits = options === undefined ? undefined : limitsOf(options)
      const length = checkBuffer(buffer, 'buffer')
      const end = endOf(this)
      if (length === 0 && !end.closed) return Promise.resolve(0)
      if (limits === undefined && end.reading.free) {
        const answer = calls.recv(end.id, buffer, 0, Math.min(length, MAX_TRANSFER))
        if (answer >= 0) {
          const landed = plainly(end, answer)
          end.bytesRead += landed
          spend(landed)
          return Promise.resolve(landed)
        }
        if (answer !== WOULD_BLOCK) throw failed(end, failureOf(answer, 'recvmsg'))
        return end.reading.enqueue(
          () => receive(end, buffer, 0, length),
          undefined,
          undefined,
          true,
        )
      }
      return end.reading.enqueue(() => receive(end, buffer, 0, length), limits)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Receives into several buffers, one after the other, with one system call. As {@link read} in all
   * else; of more than `IOV_MAX` (1024) buffers the first so many can be filled in one call.
   *
   * @returns the bytes that landed; 0 at end-of-file and for buffers that are all empty
   * @see recvmsg(2), readv(2)
   */
  readv(buffers: readonly Uint8Array[], options?: OperationOptions): Promise<number> {
    try {
      const limits = limitsOf(options)
      const views = checkList(buffers, 'buffers', toBuffer)
      const end = endOf(this)
      const lengths = views.map(byteLengthOf)
      if (!end.closed && lengths.every((length) => length === 0)) return Promise.resolve(0)
      return end.reading.enqueue(() => {
        const answer = calls.recvVectored(end.id, sameLengths(views, lengths))
        if (answer < 0) return receiveBlocked(answer)
        const landed = plainly(end, answer)
        end.bytesRead += landed
        return landed
      }, limits)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Fills `buffer` whole. No other read gets bytes in between.
   *
   * Cancel safety: an operation that ends early has consumed what had landed by then: it is in the buffer,
   * and `bytesRead` of the error says how much.
   *
   * @throws ERR_UNEXPECTED_EOF the end came before the buffer was full, with `bytesRead`; else as
   * {@link read}
   */
  readExactly(buffer: Uint8Array, options?: OperationOptions): Promise<void> {
    try {
      const limits = limitsOf(options)
      const length = checkBuffer(buffer, 'buffer')
      const end = endOf(this)
      if (length === 0 && !end.closed) return Promise.resolve()
      let filled = 0
      return end.reading.enqueue<void>(
        () => {
          const landed = receive(end, buffer, filled, length - filled)
          if (typeof landed !== 'number') return landed
          if (landed === 0) throw unexpectedEndOfFile(filled, length)
          filled += landed
          return filled === length ? undefined : BLOCKED
        },
        limits,
        (error) => carry(error, { bytesRead: filled }),
      )
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Receives what is there, at most `maxBytes` (64 KiB), into a Buffer of its own; small ones of one socket may
   * share their memory, which holds nothing else.
   *
   * Cancel safety: as {@link read}.
   *
   * @returns the bytes, or null at end-of-file
   * @throws as {@link read}
   */
  readChunk(maxBytes: number = CHUNK, options?: OperationOptions): Promise<Buffer | null> {
    try {
      checkInteger(maxBytes, 'maxBytes', 1, MAX_TRANSFER)
      const limits = limitsOf(options)
      const end = endOf(this)
      return end.reading.enqueue(() => receiveChunk(end, copyOf, maxBytes), limits)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Receives what is there into `buffer`, with the descriptors and credentials that came along; as
   * {@link read} in all else. A read stops behind bytes that descriptors came with, and they come once, with
   * the first of their bytes that is read: see `carryingByte` of {@link StreamMessageInfo} for which these are.
   * The plain reads make no room for descriptors: the system closes them, and a warning says so once.
   *
   * Cancel safety: as {@link read}.
   *
   * @returns what is known of the bytes that landed; null at end-of-file. An empty buffer touches nothing.
   * @throws as {@link read}
   * @see recvmsg(2), unix(7)
   */
  readMessage(buffer: Uint8Array, options?: ReceiveOptions): Promise<StreamMessageInfo | null> {
    try {
      const { limits, maxFds } = receiveOf(options)
      const room = checkBuffer(buffer, 'buffer')
      const end = endOf(this)
      const length = Math.min(room, MAX_TRANSFER)
      if (length === 0 && !end.closed) {
        return Promise.resolve(describe(0, MESSAGE_FLAG.lengthUnknown, 0))
      }
      return end.reading.enqueue(() => {
        const answer = calls.recv(end.id, buffer, 0, length, maxFds)
        if (answer < 0) return receiveBlocked(answer)
        if (answer === 0) return null
        const info = streamInfoOf(end, answer)
        end.bytesRead += info.bytesRead
        return info
      }, limits)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Sends all of `data`; a string goes as UTF-8. The kernel reads the buffer's own memory: don't change
   * it before the promise settles. Of no bytes nothing is sent; EPIPE is told all the same.
   *
   * Cancel safety: an operation that ends early may have sent a part; `bytesWritten` of the error says
   * how much. Nothing of it is sent afterwards.
   *
   * @returns the bytes sent, when the kernel has all of them
   * @throws EPIPE the peer is closed or reads no more, also when that came while this waited, or this
   * end was shut down for writing; ECONNRESET the peer closed during the system call; ENOBUFS, ENOMEM;
   * EBADF closed; ECANCELED; ETIMEDOUT. `fds` and `credentials` go with the first byte, once, and fail as
   * with {@link MessageSocket.send}; without a byte they would be lost: ERR_INVALID_ARG_VALUE.
   * @see sendmsg(2), unix(7)
   */
  write(data: Uint8Array | string, options?: SendOptions): Promise<number> {
    try {
      const send = sendOf(options)
      const bytes = toBytes(data, 'data')
      const end = endOf(this)
      const sending = send && sendAlong(end, [bytes], 'data', send)
      if (sending !== undefined) return sending
      const limits = send?.limits
      const length = byteLengthOf(bytes)
      if (limits === undefined && end.writing.free) {
        const answer = calls.send(end.id, bytes, 0, Math.min(length, MAX_TRANSFER))
        if (answer === length) {
          end.bytesWritten += answer
          spend(answer)
          return Promise.resolve(answer)
        }
        if (answer >= 0) end.bytesWritten += answer
        else if (answer !== WOULD_BLOCK && answer !== NO_BUFFERS) {
          const failure = failureOf(answer, 'sendmsg')
          carry(failure, { bytesWritten: 0 })
          throw failed(end, failure)
        }
        const rest = whole(end, bytes, Math.max(answer, 0))
        return sendWhole(end, rest, 'bytesWritten', undefined, length)
      }
      return sendWhole(end, whole(end, bytes, 0), 'bytesWritten', limits)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Sends several pieces one after the other, as one write; of more than `IOV_MAX` (1024) pieces with
   * several system calls. Nothing else is sent in between.
   *
   * @returns the bytes sent, when the kernel has all of them
   * @throws as {@link write}; Cancel safety as there
   * @see sendmsg(2), writev(2)
   */
  writev(chunks: readonly (Uint8Array | string)[], options?: SendOptions): Promise<number> {
    try {
      const send = sendOf(options)
      const views = checkList(chunks, 'chunks', toBytes)
      const end = endOf(this)
      const sending = send && sendAlong(end, views, 'chunks', send)
      if (sending !== undefined) return sending
      if (views.length === 0 && !end.closed) return Promise.resolve(0)
      return sendWhole(end, wholeOfPieces(end, views), 'bytesWritten', send?.limits)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Receives what is there now, without waiting.
   *
   * @returns the bytes that landed, 0 at end-of-file, undefined when there is nothing yet or other reads
   * are before it
   * @throws as {@link read}, at once
   */
  tryRead(buffer: Uint8Array): number | undefined {
    const length = checkBuffer(buffer, 'buffer')
    const end = endOf(this)
    if (length === 0 && !end.closed) return 0
    if (!end.reading.empty) return undefined
    const landed = receive(end, buffer, 0, length)
    return typeof landed === 'number' ? landed : undefined
  }

  /**
   * Sends what the kernel takes now, without waiting.
   *
   * @returns the bytes that it took, which may be fewer than there are; undefined when it takes none or
   * other writes are before it
   * @throws as {@link write}, at once
   */
  tryWrite(data: Uint8Array | string): number | undefined {
    const bytes = toBytes(data, 'data')
    const end = endOf(this)
    if (!end.writing.empty) return undefined
    const answer = calls.send(end.id, bytes, 0, Math.min(byteLengthOf(bytes), MAX_TRANSFER))
    if (answer >= 0) end.bytesWritten += answer
    else if (sendBlocked(answer)) return undefined
    return answer
  }

  /** Chunks as {@link readChunk} gives them, until end-of-file. Leaving the loop closes nothing. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const chunk = await this.readChunk()
      if (chunk === null) return
      yield chunk
    }
  }

  /**
   * A Duplex of `node:stream` over this socket, which it has for itself from then on: see
   * {@link SocketDuplex}. The same one at each call. Ending it is a half-close; the socket closes when both
   * sides have ended, or by its `destroy()`.
   *
   * @throws EBADF closed; ERR_INVALID_STATE options, and there is one already
   */
  toDuplex(options?: DuplexOptions): SocketDuplex {
    return streamDuplexOf(this, options)
  }

  /**
   * What is received, as a byte stream of the web: with `getReader({ mode: 'byob' })` the kernel writes into
   * the reader's own memory. The same object at each access. Nothing is received before it is asked for.
   * `cancel()` is a `shutdown('read')`. When this and {@link writable} have both ended, the socket closes.
   *
   * @throws EBADF closed
   */
  get readable(): ReadableStream<Uint8Array> {
    return byteStreamsOf(this).readable
  }

  /**
   * What is to be sent, as a stream of the web: bytes, or strings that go as UTF-8; 64 KiB wait at most before
   * it says so. The same object at each access. Closing it is a half-close, and aborting it too, without what
   * waits. When this and {@link readable} have both ended, the socket closes.
   *
   * @throws EBADF closed
   */
  get writable(): WritableStream<Uint8Array | string> {
    return byteStreamsOf(this).writable
  }
}

register('stream', StreamSocket)
