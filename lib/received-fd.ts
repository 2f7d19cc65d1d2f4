import type { FileHandle } from 'node:fs/promises'
import { type InspectOptions, inspect } from 'node:util'
import { illegalConstructor } from './errors.js'
import { filePromises } from './late-modules.js'
import { binding } from './native.js'
import { wrap } from './socket.js'
import type { AnySocket } from './sockets.js'
import { unclaimed } from './unclaimed.js'

/** No descriptor has this number: every call with it is EBADF. */
const NONE = 0x3fff_ffff

const KEY = Symbol('received')

const forgotten = new FinalizationRegistry((id: number) => {
  unclaimed(Number(binding.closeReceived(id)))
})

/** The object for a descriptor that the addon holds under a number; for the package's own modules. */
export function receivedFd(id: number, fd: number): ReceivedFd {
  return new ReceivedFd(KEY, id, fd)
}

/**
 * A descriptor that came with a message, and its owner until somebody else is:
 * {@link ReceivedFd.take} it, make it a Socket by {@link ReceivedFd.toSocket} or a FileHandle by
 * {@link ReceivedFd.toFileHandle}, or {@link ReceivedFd.close} it. It stands for the same open file
 * description as the sender's, so the offset of a file and `O_NONBLOCK` are shared; the number is this
 * process's own, and close-on-exec.
 *
 * If nobody does any of that before the garbage collector finds it, it is closed, with the process
 * warning `SOCKETPAIR_FD_UNCLAIMED`.
 *
 * @see unix(7), `SCM_RIGHTS`
 */
export class ReceivedFd {
  #id: number
  #fd: number

  /** @internal */
  constructor(key: typeof KEY, id: number, fd: number) {
    if (key !== KEY) throw illegalConstructor('descriptors come with messages')
    this.#id = id
    this.#fd = fd
    forgotten.register(this, id, this)
  }

  /** The descriptor's number; -1 once taken or closed. It stays this object's: don't close it. */
  get fd(): number {
    return this.#fd
  }

  /** Whether it was taken or closed. */
  get closed(): boolean {
    return this.#fd === -1
  }

  /**
   * Gives the descriptor up: the caller owns the number that comes back, and closes it.
   * `fs.createReadStream('', { fd: received.take() })` does so by itself.
   *
   * @throws EBADF taken or closed before
   */
  take(): number {
    return binding.takeReceived(this.#leave())
  }

  /**
   * Closes the descriptor. A second call does nothing.
   *
   * @see close(2)
   */
  close(): void {
    binding.closeReceived(this.#leave())
  }

  /** {@link ReceivedFd.close}, for `using`, which Node has from version 24 on. */
  [Symbol.dispose](): void {
    this.close()
  }

  /**
   * Makes it a Socket, as {@link Socket.fromFd} does, which owns the descriptor from here on.
   *
   * @throws EBADF taken or closed before; ENOTSOCK, ESOCKTNOSUPPORT as `fromFd()`: it stays here then
   */
  toSocket(): AnySocket {
    const socket = wrap(binding.adoptReceived(this.#id))
    this.#leave()
    return socket as unknown as AnySocket
  }

  /**
   * Makes it a FileHandle of `node:fs/promises` over the same open file description, which owns it from
   * here on. Node offers no such thing: a handle of `/dev/null` is opened, and the descriptor put in its
   * place by dup3(2), so the number changes.
   *
   * Cancel safety: when it rejects, the descriptor stays here.
   *
   * @throws EBADF taken or closed, before or meanwhile, or the handle is none of the system's (Deno); what
   * open(2) of `/dev/null` fails with, such as EMFILE
   * @see dup3(2)
   */
  async toFileHandle(): Promise<FileHandle> {
    const handle = await filePromises().open('/dev/null', 'r')
    try {
      binding.moveReceived(this.#id, handle.fd)
    } catch (error) {
      await handle.close()
      throw error
    }
    this.#leave()
    return handle
  }

  /** @internal */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    return `ReceivedFd ${inspect({ fd: this.#fd }, options)}`
  }

  #leave(): number {
    const id = this.#id
    this.#id = NONE
    this.#fd = -1
    forgotten.unregister(this)
    return id
  }
}
