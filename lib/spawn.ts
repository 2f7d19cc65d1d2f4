import type { SpawnOptions } from 'node:child_process'
import { argumentsOf, startWithSockets } from './child-end.js'
import { childProcesses } from './late-modules.js'
import type {
  AnySpawned,
  ChildSockets,
  OneChildSocket,
  SeveralChildSockets,
  SocketsOfChild,
  Spawned,
} from './child-sockets.js'
import type { SocketType } from './end.js'
import type { SocketClasses } from './sockets.js'

const rules = () => ({ preset: 'pipe', channel: false }) as const

/**
 * Starts a program, in any language, with one end of a pair as its descriptor 3, and gives the other end:
 * Node's own `spawn` with all its options, and a socket.
 *
 * The child's end is blocking, so that a program can use it as it is: `socket.socket(fileno=3)` in Python,
 * `read(3, …)` in C, `<&3` in a shell. The variable `SOCKETPAIR_FD` tells the child its number, and
 * `SOCKETPAIR_FDS` those of several: `control=3,data=4`. A Node program calls {@link inheritedSocket}.
 *
 * The caller's `stdio` is extended to that number. This process's copy of the child's end is closed when
 * the call returns, so a stream or seqpacket end gets end-of-file when the child has ended. A datagram end
 * never does by itself: when the child exits, it is shut down for reading here, so what is queued can still
 * be received and then comes end-of-file; macOS and the BSDs drop what is queued. A process that the child
 * has started and that still has the end keeps a stream or seqpacket pair open; on a datagram pair it is no
 * longer heard after the child's exit.
 *
 * When the program can't be started (ENOENT, EACCES) the child's `'error'` event says so, as with Node's
 * own call, and the socket that comes back is closed.
 *
 * @throws ERR_INVALID_ARG_VALUE `stdio` uses the socket's number already, or two sockets have one;
 * ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE; as {@link socketpair}: EMFILE, EPROTONOSUPPORT; what Node's call
 * throws. Nothing is left open then.
 * @see socketpair(2), execve(2), child_process
 *
 * @example
 * ```js
 * import { spawn } from 'socketpair'
 *
 * const program = 'import os; os.write(3, os.read(3, 100).upper())'
 * const { socket } = spawn('python3', ['-c', program])
 * await socket.write('hello')
 * console.log((await socket.readChunk())?.toString()) // HELLO
 * console.log(await socket.readChunk()) // null
 * ```
 */
export function spawn<T extends SocketType = 'stream', F extends number = 3>(
  command: string,
  args?: readonly string[] | null,
  options?: SpawnOptions & OneChildSocket<T, F>,
): Spawned<Readonly<Record<F, SocketClasses[T]>>>
export function spawn<const S extends ChildSockets>(
  command: string,
  args: readonly string[] | null | undefined,
  options: SpawnOptions & SeveralChildSockets<S>,
): Spawned<SocketsOfChild<S>>
export function spawn<T extends SocketType = 'stream', F extends number = 3>(
  command: string,
  options: SpawnOptions & OneChildSocket<T, F>,
): Spawned<Readonly<Record<F, SocketClasses[T]>>>
export function spawn<const S extends ChildSockets>(
  command: string,
  options: SpawnOptions & SeveralChildSockets<S>,
): Spawned<SocketsOfChild<S>>
export function spawn(command: string, second?: unknown, third?: unknown): AnySpawned {
  const [args, options] = argumentsOf(second, third)
  return startWithSockets(options, rules, (completed) =>
    childProcesses().spawn(command, args as string[], completed),
  )
}
