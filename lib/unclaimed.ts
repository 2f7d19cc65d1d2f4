/** The warnings about descriptors that were received and that nobody wanted. */

import { leftUnclaimed } from './diagnostics.js'
import { monotonic, setImmediate, setTimeout } from './timers.js'

/** Milliseconds between two warnings: a flood of descriptors must not become a flood of words. */
const PAUSE = 1000

let count = 0
let told = Number.NEGATIVE_INFINITY
let timer: NodeJS.Immediate | NodeJS.Timeout | undefined

/** Warns that so many descriptors were closed because nobody took them; several are told together. */
export function unclaimed(closed: number): void {
  if (closed === 0) return
  leftUnclaimed(closed)
  count += closed
  if (timer !== undefined) return
  const wait = told + PAUSE - monotonic()
  timer = wait > 0 ? setTimeout(tell, wait).unref() : setImmediate(tell)
}

function tell(): void {
  timer = undefined
  told = monotonic()
  const message =
    count === 1
      ? '1 received descriptor was closed because nobody took or closed it'
      : `${count} received descriptors were closed because nobody took or closed them`
  count = 0
  process.emitWarning(message, {
    type: 'SocketpairWarning',
    code: 'SOCKETPAIR_FD_UNCLAIMED',
    detail: 'Take what you receive by take(), toSocket() or toFileHandle(), or close() it.',
  })
}

/** Warns that a read which makes no room for descriptors met some, and that the system closed them. */
export function dropped(): void {
  process.emitWarning('descriptors came where nobody asked for them, and were closed', {
    type: 'SocketpairWarning',
    code: 'SOCKETPAIR_FD_DROPPED',
    detail:
      'readMessage() and recvMessage() receive them; acceptDescriptors = false says that none are wanted.',
  })
}
