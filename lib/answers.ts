/** What an answer below zero means to an operation: it waits, or it has failed. */
import { failureOf, NO_BUFFERS, WOULD_BLOCK } from './errors.js'
import { BLOCKED, SHORT_OF_BUFFERS } from './operation.js'

/** Of a receive. @throws what it failed with */
export function receiveBlocked(answer: number): typeof BLOCKED {
  if (answer === WOULD_BLOCK) return BLOCKED
  throw failureOf(answer, 'recvmsg')
}

/** Of a send. @throws what it failed with */
export function sendBlocked(answer: number): typeof BLOCKED | typeof SHORT_OF_BUFFERS {
  if (answer === WOULD_BLOCK) return BLOCKED
  if (answer === NO_BUFFERS) return SHORT_OF_BUFFERS
  throw failureOf(answer, 'sendmsg')
}
