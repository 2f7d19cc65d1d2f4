import { onAbort, reasonOf } from './abort.js'
import { sendBlocked } from './answers.js'
import { checkOptions, checkSignal } from './arguments.js'
import { failed as tellFailure } from './diagnostics.js'
import type { End, Tenant } from './end.js'
import { carry, errorOf, failureOf, invalidType, invalidValue } from './errors.js'
import { binding, calls } from './native.js'
import { BLOCKED } from './operation.js'
import { expect, forget, hold, release, type Waiter } from './readiness.js'
import { endOf, Socket } from './socket.js'
import type { AnySocket } from './sockets.js'
import { clearInterval, clearTimeout, queueMicrotask, setInterval, setTimeout } from './timers.js'

/** Milliseconds between two calls of `onProgress`. */
const PROGRESS = 100

/** How to end a relay, as the addon's numbers: not, unless it is over; without a wait; after a short one. */
const STOP = { no: 0, now: 1, soon: 2 } as const

/** Milliseconds after which an abort no longer waits for the ends to come back; usually they do at once. */
const PATIENCE = 1000

/** How much a {@link relay} has delivered, in bytes of payload. */
export interface Relayed {
  /** From the first end to the second. */
  aToB: number
  /** From the second end to the first. */
  bToA: number
}

/** How to relay. */
export interface RelayOptions {
  /** Ends the relay when it aborts; the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  /**
   * Called with what was delivered so far, at most ten times a second, when that has changed. It keeps
   * nothing running, and what it throws is an uncaught exception.
   */
  readonly onProgress?: ((progress: Relayed) => void) | undefined
}

type Outcome = NonNullable<ReturnType<typeof binding.endRelay>>

/**
 * Moves everything that arrives at `a` to `b` and the other way round until both directions have ended, as
 * if the far ends were connected directly. No byte comes to JavaScript: a thread of the addon moves them.
 * Messages keep their boundaries, empty ones too. Descriptors and credentials do not cross: the system
 * closes descriptors that were under way.
 *
 * End-of-file at one end shuts down writing at the other, once all before it is delivered, and that
 * direction has ended; a datagram end has no end-of-file, so such a relay runs until it fails or is
 * aborted. Where an end refuses bytes (EPIPE) reading is shut down at the opposite end, so that who writes
 * there hears of it.
 *
 * While it runs it has both ends for itself: whatever would move bytes there, `shutdown()` too, fails with
 * EBUSY. Properties can be read; `bytesRead` and `bytesWritten` count what was relayed when it is over. It
 * keeps the process running, unless both ends are unreferenced. Afterwards the ends are open, and yours.
 *
 * Cancel safety: an abort loses nothing. What was taken from one end is in the other, but for a rest where
 * another process filled that one meanwhile: it goes before the writes that follow, as a write of its own.
 *
 * @returns what was delivered
 * @throws EBUSY an operation waits at one of the ends, or it is relayed already; EBADF an end is closed;
 * ECANCELED it was closed or detached meanwhile, the other one is yours again; ERR_INVALID_ARG_VALUE the
 * ends are of different types, or the same socket. The error that came first, once the other direction has
 * ended too, between datagram ends at once: EPIPE an end takes nothing more; ECONNRESET a peer closed with
 * bytes unread; EMSGSIZE a message is too long for the other end and is lost; ECONNREFUSED, ENOTCONN a
 * datagram peer is closed. An error, and the reason of an abort if it is an object, carries `aToB` and
 * `bToA`.
 * @see recvmsg(2), sendmsg(2), shutdown(2)
 */
export function relay(a: AnySocket, b: AnySocket, options?: RelayOptions): Promise<Relayed> {
  try {
    checkEnds(a, b)
    checkOptions(options)
    const { signal, onProgress } = options ?? {}
    checkSignal(signal, 'options.signal')
    if (onProgress !== undefined && typeof onProgress !== 'function') {
      throw invalidType('options.onProgress', 'of type function', onProgress)
    }
    if (signal?.aborted) {
      const reason = reasonOf(signal)
      carry(reason, { aToB: 0, bToA: 0 })
      throw reason
    }
    const [left, right] = [endOf(a), endOf(b)]
    for (const { reading, writing } of [left, right]) {
      if (!reading.empty) throw errorOf('EBUSY', 'recvmsg')
      if (!writing.empty) throw errorOf('EBUSY', 'sendmsg')
    }
    if (!binding.beginRelay(left.id, right.id)) throw sameSocket(b)
    const running = new Running(left, right)
    running.watch(signal, onProgress)
    return running.promise
  } catch (error) {
    return Promise.reject(error)
  }
}

function checkEnds(a: unknown, b: unknown): void {
  if (!(a instanceof Socket)) throw invalidType('a', 'an instance of Socket', a)
  if (!(b instanceof Socket)) throw invalidType('b', 'an instance of Socket', b)
  if (a === b) throw sameSocket(b)
  if (a.type !== b.type) throw invalidValue('b', `must be a ${a.type} socket as 'a' is`, b)
}

function sameSocket(b: unknown): Error {
  return invalidValue('b', "must not be the same socket as 'a'", b)
}

/** A relay that was begun: it holds both ends, and what is to be told of them. */
class Running implements Waiter, Tenant {
  readonly promise: Promise<Relayed>
  readonly #a: End
  readonly #b: End
  // The numbers outlast a close.
  readonly #ids: readonly [number, number]
  #resolve!: (relayed: Relayed) => void
  #reject!: (error: unknown) => void
  #unlisten: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #patience: NodeJS.Timeout | undefined
  #stopped: { readonly reason: unknown } | undefined
  #holding = false
  #told = false

  constructor(a: End, b: End) {
    this.#a = a
    this.#b = b
    this.#ids = [a.id, b.id]
    a.tenant = b.tenant = this
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#expect()
    this.adjustHold()
  }

  watch(signal: AbortSignal | undefined, onProgress: RelayOptions['onProgress']): void {
    if (onProgress !== undefined) this.#timer = tell(this.#a.id, onProgress)
    if (signal === undefined) return
    try {
      const unlisten = onAbort(signal, () => this.#abort(reasonOf(signal)))
      this.#unlisten = unlisten
      // The signal's own code may have ended the relay, or aborted, meanwhile.
      if (this.#told) unlisten()
      else if (signal.aborted) this.#abort(reasonOf(signal))
    } catch (error) {
      this.#abort(error)
    }
  }

  /** It is over, or the token was an older one. */
  onReady(): void {
    const outcome = binding.endRelay(...this.#ids, STOP.no)
    if (outcome) this.#settle(outcome)
    else this.#expect()
  }

  /** Waits for the thread's turn that is under way: the caller closes the end next, or gives it away. */
  evict(): void {
    const outcome = this.#stop(errorOf('ECANCELED', 'recvmsg'), STOP.soon)
    if (outcome) return this.#settle(outcome)
    this.#tellStopped()
    // The close forgets who expects the token of its end, and the other end comes back with it.
    queueMicrotask(() => this.#expect())
  }

  adjustHold(): void {
    const holding = !this.#told && (this.#a.referenced || this.#b.referenced)
    if (holding === this.#holding) return
    this.#holding = holding
    if (holding) hold()
    else release()
  }

  /** Waits for nothing: in the middle of a turn of the thread the ends come back with the token, after it. */
  #abort(reason: unknown): void {
    if (this.#told) return
    const outcome = this.#stop(reason, STOP.now)
    if (outcome) this.#settle(outcome)
    else this.#patience ??= setTimeout(() => this.#tellStopped(), PATIENCE).unref()
  }

  #stop(reason: unknown, how: number): Outcome | null {
    // The first reason counts.
    this.#stopped ??= { reason }
    return binding.endRelay(...this.#ids, how)
  }

  #expect(): void {
    if (this.#a.closed && this.#b.closed) return
    if (this.#a.tenant === this || this.#b.tenant === this) expect(this.#ids[0], 0, this)
  }

  #settle(outcome: Outcome): void {
    const { counts, errno, syscall = '', forA, forB } = outcome
    const [a, b] = [this.#a, this.#b]
    a.tenant = b.tenant = undefined
    forget(this.#ids[0], 0)
    count(a, b, counts.aToB, forB)
    count(b, a, counts.bToA, forA)
    const failed = !this.#told && !this.#stopped && errno !== undefined
    // Before the rests are sent: where an end takes nothing, their sends fail too.
    const error = failed ? tellFailure(a, failureOf(-errno, syscall)) : this.#stopped?.reason
    sendRest(b, forB)
    sendRest(a, forA)
    this.#tell(counts, failed || this.#stopped !== undefined, error)
  }

  /** The kernel holds its thread up for too long: the caller hears of the end now, the ends are given back later. */
  #tellStopped(): void {
    const counts = binding.relayed(this.#ids[0]) ?? binding.relayed(this.#ids[1])
    this.#tell(counts ?? { aToB: 0, bToA: 0 }, true, this.#stopped?.reason)
  }

  #tell(counts: Relayed, failed: boolean, error?: unknown): void {
    if (this.#told) return
    this.#told = true
    this.#unlisten?.()
    clearInterval(this.#timer)
    clearTimeout(this.#patience)
    this.adjustHold()
    if (!failed) return this.#resolve(counts)
    carry(error, counts)
    this.#reject(error)
  }
}

function tell(id: number, onProgress: (progress: Relayed) => void): NodeJS.Timeout {
  const told = { aToB: 0, bToA: 0 }
  return setInterval(() => {
    const now = binding.relayed(id)
    if (!now || (now.aToB === told.aToB && now.bToA === told.bToA)) return
    Object.assign(told, now)
    onProgress(now)
  }, PROGRESS).unref()
}

/** Adds what went one way to the totals; `rest` was taken and is not delivered. */
function count(from: End, to: End, delivered: number, rest: Buffer | undefined): void {
  from.bytesRead += delivered + (rest?.length ?? 0)
  to.bytesWritten += delivered
}

/** Sends what the relay took from the other end and did not deliver. */
function sendRest(to: End, rest: Buffer | undefined): void {
  // A subscriber of the failure may have closed the end.
  if (rest === undefined || to.closed) return
  let sent = 0
  const sending = to.writing.enqueue(() => {
    const answer = calls.send(to.id, rest, sent, rest.length - sent)
    if (answer < 0) return sendBlocked(answer)
    to.bytesWritten += answer
    sent += answer
    return sent === rest.length ? undefined : BLOCKED
  })
  // The relay has told why an end takes nothing, and a later write will.
  sending.catch(() => {})
}
