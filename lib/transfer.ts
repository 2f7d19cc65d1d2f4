import { checkOptions } from './arguments.js'
import { invalidTransferToken, invalidType, outOfRange } from './errors.js'
import { binding } from './native.js'
import { endOf, Socket, wrap } from './socket.js'
import type { AnySocket } from './sockets.js'

/** How an end is sent. */
export interface TransferOptions {
  /**
   * Milliseconds after which the end is closed if nobody has received it; `Infinity` never closes it.
   * @default 60_000
   */
  readonly timeout?: number | undefined
}

/**
 * What stands for an end on its way between two threads: a plain object that survives `postMessage()`,
 * `workerData` and a `BroadcastChannel`. It is good once, in the process that made it.
 */
export interface TransferToken {
  /** The end's name while it is on its way. */
  readonly transferId: string
}

const MINUTE = 60_000

/**
 * Takes an end out of this thread, for the thread that passes the token to {@link receive}. Here it is as
 * after {@link Socket.detach}: `closed` is true, `fd` is -1, pending operations reject with ECANCELED.
 *
 * Until it is received the end belongs to its token. Nothing that happens to a thread changes that: the
 * sender may end, and what the peer sends meanwhile is queued. If nobody receives it within
 * `options.timeout` milliseconds, because the message was lost or its thread ended, it is closed, and
 * the peer hears of it. It is closed too when the last thread that uses the package ends. An end on its
 * way keeps nothing running.
 *
 * @throws EBADF closed, or its number was closed by somebody else; EBUSY it is being relayed; EAGAIN, ENOMEM the system refuses the
 * thread that closes what is lost; ERR_INVALID_ARG_TYPE; ERR_OUT_OF_RANGE the timeout is negative or no
 * number. The end stays what it was then.
 */
export function transfer(socket: Socket, options?: TransferOptions): TransferToken {
  if (!(socket instanceof Socket)) throw invalidType('socket', 'an instance of Socket', socket)
  checkOptions(options)
  const { timeout = MINUTE } = options ?? {}
  if (typeof timeout !== 'number') throw invalidType('options.timeout', 'of type number', timeout)
  if (!(timeout >= 0)) throw outOfRange('options.timeout', '>= 0', timeout)
  return { transferId: endOf(socket).park(timeout) }
}

/**
 * Takes in the end that {@link transfer} gave the token for, in whatever thread: a new Socket over the
 * same descriptor. It is as the end was, with what was queued; only its totals begin at 0 and it is
 * referenced.
 *
 * Of several threads that have the token the first one gets the end.
 *
 * @throws ERR_INVALID_TRANSFER_TOKEN the token was used or its time is over, or it was never made here;
 * EBADF the end's number was closed by somebody else meanwhile; ERR_INVALID_ARG_TYPE it is no token
 */
export function receive(token: TransferToken): AnySocket {
  const transferId = (token as Partial<TransferToken> | null | undefined)?.transferId
  if (typeof transferId !== 'string') throw invalidType('token', 'one that transfer() gave', token)
  const made = binding.claim(transferId)
  if (made === null) throw invalidTransferToken()
  return wrap(made) as AnySocket
}
