// Runs beside a copy of the package that has no addon, and tells what it is like to use it.
import { createRequire } from 'node:module'
import * as all from 'socketpair'

const { constants, fork, inheritedSocket, receive, Socket, socketpair, spawn, stats, supported } =
  all

/** Everything that would need the system. */
const calls = {
  'socketpair()': () => socketpair(),
  "socketpair('dgram')": () => socketpair('dgram', { closeOnExec: false }),
  'socketpair(1, 1, 0)': () => socketpair(1, 1, 0),
  'Socket.fromFd(0)': () => Socket.fromFd(0),
  // There is no end to transfer; a token may come all the same.
  "receive({ transferId: 'x' })": () => receive({ transferId: 'x' }),
  "spawn('true')": () => spawn('true'),
  'fork(import.meta.url)': () => fork(new URL(import.meta.url)),
  'inheritedSocket()': () => inheritedSocket(),
  'stats()': () => stats(),
}

/** @param {() => unknown} call */
function failureOf(call) {
  try {
    call()
    return null
  } catch (error) {
    const { name, message, code, cause } = /** @type {Error & { code?: string }} */ (error)
    return { name, message, code, cause: cause instanceof Error }
  }
}

const failures = Object.entries(calls).map(([name, call]) => [name, failureOf(call)])
console.log(
  JSON.stringify({
    names: Object.keys(all).toSorted(),
    required: Object.keys(createRequire(import.meta.url)('socketpair')).toSorted(),
    constants,
    frozen: Object.isFrozen(constants) && Object.isFrozen(supported),
    supported,
    // @ts-expect-error there is no such type
    wrongArgument: failureOf(() => socketpair('raw'))?.code,
    wrongSocket: failureOf(() => spawn('true', { stdio: 'pipe', socket: { fd: 0 } }))?.code,
    failures: Object.fromEntries(failures),
  }),
)
