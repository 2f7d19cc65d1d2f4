import type { ForkOptions } from 'node:child_process'
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

const rules = ({ silent }: { silent?: unknown }) =>
  ({ preset: silent ? 'pipe' : 'inherit', channel: true }) as const

/**
 * Starts a Node program with one end of a pair, which it takes by {@link inheritedSocket}, and gives the
 * other end: Node's own `fork` with all its options, and a socket. Node's channel, `child.send()` and
 * `'message'`, works beside it; where it has the socket's number, it moves behind, and the child is told by
 * Node itself.
 *
 * All else is as with {@link spawn}.
 *
 * @throws as {@link spawn}
 * @see socketpair(2), child_process
 *
 * @example
 * ```js
 * import { fork, inheritedSocket } from 'socketpair'
 *
 * if (process.send) {
 *   const control = inheritedSocket('control')
 *   if (control.type === 'seqpacket') await control.send(`process ${process.argv[2]}`)
 *   process.disconnect()
 * } else {
 *   const { sockets } = fork(import.meta.filename, ['one'], { sockets: { control: 'seqpacket', data: 'stream' } })
 *   console.log((await sockets.control.recv())?.data.toString()) // process one
 * }
 * ```
 */
export function fork<T extends SocketType = 'stream', F extends number = 3>(
  modulePath: string | URL,
  args?: readonly string[] | null,
  options?: (ForkOptions & OneChildSocket<T, F>) | null,
): Spawned<Readonly<Record<F, SocketClasses[T]>>>
export function fork<const S extends ChildSockets>(
  modulePath: string | URL,
  args: readonly string[] | null | undefined,
  options: ForkOptions & SeveralChildSockets<S>,
): Spawned<SocketsOfChild<S>>
export function fork<T extends SocketType = 'stream', F extends number = 3>(
  modulePath: string | URL,
  options: ForkOptions & OneChildSocket<T, F>,
): Spawned<Readonly<Record<F, SocketClasses[T]>>>
export function fork<const S extends ChildSockets>(
  modulePath: string | URL,
  options: ForkOptions & SeveralChildSockets<S>,
): Spawned<SocketsOfChild<S>>
export function fork(modulePath: string | URL, second?: unknown, third?: unknown): AnySpawned {
  const [args, options] = argumentsOf(second, third ?? undefined)
  return startWithSockets(options, rules, (completed) =>
    childProcesses().fork(modulePath, args as string[], completed),
  )
}
