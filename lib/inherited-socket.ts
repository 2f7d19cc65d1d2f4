import type { Stats } from 'node:fs'
import { FIRST_SOCKET, NAMED_SOCKETS, namedSockets } from './child-environment.js'
import { invalidType, noInheritedSocket, type SystemError } from './errors.js'
import { files } from './late-modules.js'
import { requireAddon } from './native.js'
import { Socket } from './socket.js'
import type { AnySocket } from './sockets.js'

const MOST = 0x7fff_ffff

const byNumber = new Map<number, AnySocket>()
const byName = new Map<string | undefined, AnySocket>()

/**
 * The socket that the parent gave to this process by {@link spawn} or {@link fork}, or that any program
 * named in `SOCKETPAIR_FD`; with a name, that of `SOCKETPAIR_FDS`. The same object each time. Call it early:
 * until then programs that this process starts may get the descriptor too, and the variable.
 *
 * The first call sets close-on-exec on the descriptor and takes it out of the environment. When it fails,
 * nothing has changed.
 *
 * @throws ERR_NO_INHERITED_SOCKET the variable is missing, has no such name, or no number; EBADF the
 * descriptor is closed; ENOTSOCK it is no socket; as {@link Socket.fromFd}. The message says what was found.
 * @see socketpair(2), environ(7), child_process
 *
 * @example
 * ```js
 * import { inheritedSocket, spawn } from 'socketpair'
 *
 * const itself = [...process.execArgv, import.meta.filename]
 * if (process.env.SOCKETPAIR_FD === undefined) {
 *   const { socket } = spawn(process.execPath, itself, { socket: { type: 'seqpacket' } })
 *   console.log((await socket.recv())?.data.toString()) // hello from the child
 * } else {
 *   const socket = inheritedSocket()
 *   if (socket.type === 'seqpacket') await socket.send('hello from the child')
 * }
 * ```
 */
export function inheritedSocket(name?: string): AnySocket {
  if (name !== undefined && typeof name !== 'string') {
    throw invalidType('name', 'of type string', name)
  }
  requireAddon()
  const known = byName.get(name)
  if (known !== undefined) return known

  const { variable, value } = said(name)
  const fd = /^(?:0|[1-9]\d{0,9})$/.test(value) ? Number(value) : -1
  if (fd < 0 || fd > MOST) {
    throw noInheritedSocket(`${variable} is '${value}', which is no descriptor's number`)
  }
  const socket = byNumber.get(fd) ?? adopt(fd, variable)
  byName.set(name, socket)
  return socket
}

/** What the environment says of a socket, and how an error names the place. */
function said(name: string | undefined): { variable: string; value: string } {
  const variable = name === undefined ? FIRST_SOCKET : NAMED_SOCKETS
  const value = process.env[variable]
  if (value === undefined) {
    throw noInheritedSocket(`${variable} is not set: this process was given no socket`)
  }
  if (name === undefined) return { variable, value }
  const number = namedSockets(value).find(([other]) => other === name)?.[1]
  if (number === undefined) {
    throw noInheritedSocket(`${variable} is '${value}', which names no '${name}'`)
  }
  return { variable: `${name} of ${variable}`, value: number }
}

function adopt(fd: number, variable: string): AnySocket {
  let socket
  try {
    socket = Socket.fromFd(fd)
  } catch (error) {
    throw explained(error as SystemError, `${variable} is ${fd}, which is ${found(error, fd)}`)
  }
  socket.closeOnExec = true
  byNumber.set(fd, socket)
  forget(fd, socket)
  return socket
}

/** Takes a descriptor that has an owner now out of the environment, where children would find it. */
function forget(fd: number, socket: AnySocket): void {
  const { env } = process
  if (env[FIRST_SOCKET] === String(fd)) {
    byName.set(undefined, socket)
    delete env[FIRST_SOCKET]
  }
  const named = env[NAMED_SOCKETS]
  if (named === undefined) return
  const others = namedSockets(named).filter(([name, number]) => {
    if (number !== String(fd)) return true
    byName.set(name, socket)
    return false
  })
  if (others.length > 0) env[NAMED_SOCKETS] = others.map((pair) => pair.join('=')).join(',')
  else delete env[NAMED_SOCKETS]
}

/** What stands where a socket should, in words. */
function found(error: unknown, fd: number): string {
  switch ((error as SystemError).code) {
    case 'EBADF':
      return 'closed'
    case 'ENOTSOCK':
      return sortOf(files().fstatSync(fd))
    case 'EEXIST':
      return 'owned by another Socket of this process'
    default:
      return 'no socket that this package knows'
  }
}

function sortOf(stats: Stats): string {
  if (stats.isFIFO()) return 'a pipe'
  if (stats.isFile()) return 'a file'
  if (stats.isDirectory()) return 'a directory'
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return 'a device'
  return 'no socket'
}

/** The same error, with what was found in the place of its description. */
function explained(error: SystemError, explanation: string): SystemError {
  if (error.syscall !== undefined) error.message = `${error.code}: ${explanation}, ${error.syscall}`
  return error
}
