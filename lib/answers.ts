/** What the answer of a hot call means to an operation. */

export { failed } from './diagnostics.js'
import { failed } from './diagnostics.js'
import type { End } from './end.js'
import { failureOf, NO_BUFFERS, WOULD_BLOCK } from './errors.js'
import { MAX_TRANSFER } from './native.js'
import { BLOCKED, SHORT_OF_BUFFERS } from './operation.js'
import { dropped } from './unclaimed.js'

export { BLOCKED }

/** Of a receive. @throws what it failed with */
export function receiveBlocked(answer: number): typeof BLOCKED {
  if (answer === WOULD_BLOCK) return BLOCKED
  throw failureOf(answer, 'recvmsg')
}

/** Of a send; `end` where no queue tells of a failure. @throws what it failed with */
export function sendBlocked(answer: number, end?: End): typeof BLOCKED | typeof SHORT_OF_BUFFERS {
  if (answer === WOULD_BLOCK) return BLOCKED
  if (answer === NO_BUFFERS) return SHORT_OF_BUFFERS
  const failure = failureOf(answer, 'sendmsg')
  throw end === undefined ? failure : failed(end, failure)
}

/** The bytes of a read that makes no room for descriptors; warns, once for an end, if some came. */
export function plainly(end: End, answer: number): number {
  if (answer <= MAX_TRANSFER) return answer
  if (!end.dropped) dropped()
  end.dropped = true
  return answer % 0x1_0000_0000
}
