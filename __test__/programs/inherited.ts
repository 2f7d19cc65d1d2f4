// Does what the steps say with the sockets that it was given, and prints how each step came out.
import { inheritedSocket, Socket } from 'socketpair'
import { flagsOf } from '../helpers/descriptors.ts'

type Step =
  | { call: string | null }
  | { set: [name: string, value: string | null] }
  | { adopt: number }
  | { keepOnExec: number }
  | { close: string | null }

const seen: Socket[] = []

function numberOf(socket: Socket): number {
  if (!seen.includes(socket)) seen.push(socket)
  return seen.indexOf(socket)
}

function take(step: Step): unknown {
  if ('call' in step) {
    const socket = inheritedSocket(step.call ?? undefined)
    const { type, fd, closed, constructor } = socket
    const closeOnExec = closed ? null : flagsOf(fd).closeOnExec
    return { object: numberOf(socket), made: constructor.name, type, fd, closed, closeOnExec }
  }
  if ('set' in step) {
    const [name, value] = step.set
    if (value === null) delete process.env[name]
    else process.env[name] = value
    return null
  }
  if ('adopt' in step) return numberOf(Socket.fromFd(step.adopt))
  if ('close' in step) return inheritedSocket(step.close ?? undefined).close()
  // Node sets close-on-exec on all that it inherits; other parents and runtimes don't.
  const socket = Socket.fromFd(step.keepOnExec)
  socket.closeOnExec = false
  return flagsOf(socket.detach()).closeOnExec
}

const outcomes = (JSON.parse(process.argv[2] ?? '[]') as Step[]).map((step) => {
  try {
    return take(step) ?? null
  } catch (error) {
    const { name, code, errno, syscall, message } = error as NodeJS.ErrnoException
    return { name, code, errno, syscall, message }
  }
})
const variables = Object.entries(process.env).filter(([name]) => name.startsWith('SOCKETPAIR_FD'))
process.stdout.write(JSON.stringify({ outcomes, variables: Object.fromEntries(variables) }))
