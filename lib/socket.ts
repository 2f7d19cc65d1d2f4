import { type InspectOptions, inspect } from 'node:util'
import { checkBoolean, checkBusyPoll, checkInteger, checkWord } from './arguments.js'
import { opened } from './diagnostics.js'
import { type BusyPoll, End, type Made, type SocketType } from './end.js'
import { errorOf, illegalConstructor } from './errors.js'
import { keepSendBuffer } from './large-writes.js'
import { binding } from './native.js'

/** A process as the system recorded it: who made the pair, or who sent a message. */
export interface Credentials {
  /** The process; 0 where the system does not tell, and of one outside this pid namespace. */
  pid: number
  /** The effective user. */
  uid: number
  /** The effective group. */
  gid: number
}

const HOW = ['read', 'write', 'both'] as const
const MOST_BYTES = 0x7fff_ffff

type SocketClass = new (end: End) => Socket
const classes = new Map<SocketType, SocketClass>()

/** Names the class for ends of a type; each class module does it for its own. */
export function register(type: SocketType, socketClass: SocketClass): void {
  classes.set(type, socketClass)
}

/** The object for an end that was just made or adopted. */
export function wrap(made: Made): Socket {
  const socketClass = classes.get(made.kind) as SocketClass
  const end = new End(made)
  const socket = new socketClass(end)
  opened(end, socket)
  return socket
}

let end: (socket: Socket) => End

/** The end behind a socket; for the package's own modules. */
export function endOf(socket: Socket): End {
  return end(socket)
}

/**
 * One end of a pair, and the owner of its descriptor: base of {@link StreamSocket},
 * {@link DatagramSocket} and {@link SeqpacketSocket}. Made by {@link socketpair} or
 * {@link Socket.fromFd}, never with `new`.
 *
 * While an end is relayed, whatever would move its bytes fails with EBUSY: see {@link relay}.
 *
 * An end that is waiting keeps the process running, an idle one does not; see {@link Socket.unref}. An
 * end that nobody can reach any more is closed by the garbage collector; one where an operation waits
 * is not collected.
 */
export abstract class Socket {
  readonly #end: End

  static {
    end = (socket) => socket.#end
  }

  /** @internal */
  constructor(made: End) {
    if (!(made instanceof End)) {
      throw illegalConstructor('use socketpair() or Socket.fromFd()')
    }
    this.#end = made
  }

  /**
   * Takes over a descriptor of this process: the Socket owns it from here on, and closes it. `SO_TYPE`
   * decides the class. Any connected socket can be adopted, a TCP connection too. Its flags stay as
   * they are.
   *
   * @throws EBADF no such descriptor; ENOTSOCK it is no socket; EEXIST a Socket of this process, or a
   * {@link ReceivedFd} that is a socket, owns it already, in whatever thread; ESOCKTNOSUPPORT its type is
   * none of the three. It stays the caller's then.
   * @see getsockopt(2), socket(7)
   */
  static fromFd(fd: number): import('./sockets.js').AnySocket {
    checkInteger(fd, 'fd', 0, MOST_BYTES)
    return wrap(binding.adopt(fd)) as unknown as import('./sockets.js').AnySocket
  }

  /** The descriptor's number; -1 once closed or detached. It stays the Socket's: don't close it. */
  get fd(): number {
    return this.#end.fd
  }

  /** `'stream'`, `'dgram'` or `'seqpacket'`. */
  get type(): SocketType {
    return this.#end.type
  }

  /** Whether {@link Socket.close} or {@link Socket.detach} was called. */
  get closed(): boolean {
    return this.#end.closed
  }

  /** Bytes received so far, those of operations that ended early included. */
  get bytesRead(): number {
    return this.#end.bytesRead
  }

  /** Bytes that the kernel has taken so far, those of operations that ended early included. */
  get bytesWritten(): number {
    return this.#end.bytesWritten
  }

  /**
   * `SO_SNDBUF` in bytes, as the kernel reports it: Linux doubles what is set, within its limits. On
   * Linux this alone decides how much can be on its way, and the largest message is 32 bytes less.
   *
   * A stream pair whose writes of 64 KiB and more had to wait a few times gets a larger one by itself, once:
   * 512 KiB, within the system's limit, reported as 1 MiB. Not if the size was ever set here, in
   * `PairOptions`, or by whoever made the socket. Linux only.
   *
   * @throws EBADF closed; EBUSY it is set while the end is relayed
   * @see socket(7), unix(7)
   */
  get sendBufferSize(): number {
    return binding.sendBufferSize(this.#end.id)
  }

  set sendBufferSize(bytes: number) {
    checkInteger(bytes, 'sendBufferSize', 0, MOST_BYTES)
    binding.setSendBufferSize(this.#end.id, bytes)
    keepSendBuffer(this.#end)
    this.#end.writing.retry()
  }

  /**
   * `SO_RCVBUF` in bytes, as the kernel reports it. It has no effect on a Linux pair.
   *
   * @throws EBADF closed
   * @see socket(7), unix(7)
   */
  get recvBufferSize(): number {
    return binding.recvBufferSize(this.#end.id)
  }

  set recvBufferSize(bytes: number) {
    checkInteger(bytes, 'recvBufferSize', 0, MOST_BYTES)
    binding.setRecvBufferSize(this.#end.id, bytes)
  }

  /**
   * Bytes that could be received now (`FIONREAD`): all that are queued on a stream and, on Linux, a
   * seqpacket end; those of the first message on a datagram end.
   *
   * @throws EBADF closed
   */
  get readableLength(): number {
    return binding.readableLength(this.#end.id)
  }

  /**
   * `O_NONBLOCK`. The package's own calls never depend on it; it matters to whoever else uses this
   * description: a child, a duplicate. Where the system can't send without it (NetBSD, macOS) it is set
   * underneath while this end sends, and this still reports what was asked.
   *
   * @throws EBADF closed
   */
  get nonBlocking(): boolean {
    return binding.isNonBlocking(this.#end.id)
  }

  set nonBlocking(on: boolean) {
    checkBoolean(on, 'nonBlocking')
    binding.setNonBlocking(this.#end.id, on)
  }

  /**
   * `FD_CLOEXEC`: whether programs started from here don't get the descriptor.
   *
   * @throws EBADF closed
   */
  get closeOnExec(): boolean {
    return binding.isCloseOnExec(this.#end.id)
  }

  set closeOnExec(on: boolean) {
    checkBoolean(on, 'closeOnExec')
    binding.setCloseOnExec(this.#end.id, on)
  }

  /**
   * Whether messages that arrive here carry their sender's {@link Credentials}: in
   * `credentials` of {@link MessageInfo}, on a stream by {@link StreamSocket.readMessage}. Off from the
   * beginning. What was sent before it was switched on comes with pid 0 and the overflow ids (65534).
   *
   * Linux: `SO_PASSCRED`; while on, a stream read never joins the bytes of two senders, and a datagram or
   * seqpacket end that sends gets a name (autobind). FreeBSD: `LOCAL_CREDS_PERSISTENT`. NetBSD:
   * `LOCAL_CREDS`; a stream or seqpacket end tells of the first message only.
   *
   * @throws EBADF closed; ENOPROTOOPT the system has none: macOS, OpenBSD, illumos
   * @see unix(7), `SO_PASSCRED`
   */
  get passCredentials(): boolean {
    return binding.passesCredentials(this.#end.id)
  }

  set passCredentials(on: boolean) {
    checkBoolean(on, 'passCredentials')
    binding.setPassCredentials(this.#end.id, on)
  }

  /**
   * Whether messages that arrive here carry a descriptor that stands for their sender's process, in
   * `pidfd` of {@link MessageInfo}: `SO_PASSPIDFD` of Linux 6.5. Off from the beginning.
   *
   * @throws EBADF closed; ENOPROTOOPT the system has none
   * @see pidfd_open(2)
   */
  get passPidfd(): boolean {
    return binding.passesPidfd(this.#end.id)
  }

  set passPidfd(on: boolean) {
    checkBoolean(on, 'passPidfd')
    binding.setPassPidfd(this.#end.id, on)
  }

  /**
   * How a wait of this end begins. `'auto'`: when the last waits for something to read were short, the next
   * one is first made on the JavaScript thread, for 20 µs after the microtasks have run and for at most
   * 220 µs after a turn of the event loop; each time that is in vain it takes longer to be tried again. A wait
   * for room to write goes to the event loop at once. `false`: never. A number:
   * every wait spins so many microseconds, at most 10 000, after the microtasks; nothing else of this
   * thread runs meanwhile. A spin asks the system again and again and lets other threads run in between.
   *
   * It shortens a round trip with a partner that answers within microseconds by the way through the event
   * loop. A property of this Socket, not of the descriptor.
   */
  get busyPoll(): BusyPoll {
    return this.#end.busyPoll
  }

  set busyPoll(how: BusyPoll) {
    checkBusyPoll(how, 'busyPoll')
    this.#end.busyPoll = how
  }

  /**
   * Whether descriptors are accepted here; so they are from the beginning. Where the system can refuse them
   * (`SO_PASSRIGHTS`, Linux 6.16) a sender gets EPERM and nothing is sent. Those that come all the same are
   * closed as they are received, and `fdsTruncated` says so.
   *
   * @throws EBADF closed
   */
  get acceptDescriptors(): boolean {
    return binding.acceptsDescriptors(this.#end.id)
  }

  set acceptDescriptors(on: boolean) {
    checkBoolean(on, 'acceptDescriptors')
    binding.setAcceptDescriptors(this.#end.id, on)
  }

  /**
   * The process, user and group that made the pair, as the system recorded them then: `SO_PEERCRED` on
   * Linux. It says nothing about who holds the other end now.
   *
   * @throws EBADF closed; EINVAL or ENOTCONN where the system has none for this type
   * @see unix(7)
   */
  peerCredentials(): Credentials {
    return binding.peerCredentials(this.#end.id)
  }

  /**
   * Ends one direction or both, at once: `shutdown(2)`. After `'write'` the peer of a stream or
   * seqpacket end reads what was sent and then end-of-file; a datagram peer is never told. After
   * `'read'` what is queued here can still be received, then end-of-file; macOS and the BSDs drop it.
   * Writes that still wait fail with EPIPE: await them first.
   *
   * @throws EBADF closed; EBUSY relayed; ENOTCONN an adopted socket is not connected;
   * ERR_INVALID_ARG_VALUE another word
   * @see shutdown(2)
   */
  shutdown(how: 'read' | 'write' | 'both'): void {
    checkWord(how, 'how', HOW)
    binding.shutdown(this.#end.id, HOW.indexOf(how))
    // A datagram end hears nothing of its own shutdown by readiness.
    if (how !== 'write') this.#end.reading.retry()
    if (how !== 'read') this.#end.writing.retry()
  }

  /**
   * Gives the descriptor up: the caller owns the number that comes back, and closes it. Pending
   * operations reject with ECANCELED. What the package had set on it is undone.
   *
   * @throws EBADF closed or detached before
   */
  detach(): number {
    return this.#end.detach()
  }

  /**
   * Closes the descriptor. Pending operations reject with ECANCELED. A second call does nothing.
   *
   * @see close(2)
   */
  close(): void {
    this.#end.close()
  }

  /** Waits of this end keep the process running; so they do from the beginning. */
  ref(): this {
    this.#end.reference(true)
    return this
  }

  /** Waits of this end, and their timeouts, keep nothing running. */
  unref(): this {
    this.#end.reference(false)
    return this
  }

  /** {@link Socket.close}, for `using`, which Node has from version 24 on. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** {@link Socket.close}, for `await using`, which Node has from version 24 on. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return Promise.resolve()
  }

  /** @internal */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    const { type, fd, closed, bytesRead, bytesWritten, reading, writing } = this.#end
    const state = {
      type,
      fd,
      state: closed ? 'closed' : 'open',
      bytesRead,
      bytesWritten,
      pendingReads: reading.length,
      pendingWrites: writing.length,
    }
    return `${this.constructor.name} ${inspect(state, options)}`
  }
}

/** The error of an end that is closed, for methods that would otherwise not ask the system. */
export function closedError(syscall: string): Error {
  return errorOf('EBADF', syscall)
}
