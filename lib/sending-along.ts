/** Sends with something that goes along: the same loops as without, and the care that takes. */
import { sendBlocked } from './answers.js'
import type { Limits } from './arguments.js'
import { failed } from './diagnostics.js'
import type { End } from './end.js'
import { carry, invalidValue } from './errors.js'
import { calls } from './native.js'
import { type Attempt, BLOCKED } from './operation.js'
import type { Outgoing, Send } from './outgoing.js'
export { sendManyOf, sendOf } from './outgoing.js'
import { Pieces } from './pieces.js'
import { spend } from './turn.js'
import { byteLengthOf } from './typed-arrays.js'
import { sameLengths } from './views.js'

/**
 * Sends `views`, the argument `name`, as one message or one stream write, and what goes along by `send` with
 * its first byte. Undefined if nothing goes along: then it is a send like any other.
 */
export function sendAlong(
  end: End,
  views: Uint8Array[],
  name: string,
  { along, limits }: Send<Outgoing>,
): Promise<number> | undefined {
  if (along === undefined) return undefined
  const pieces = new Pieces(views)
  if (end.type === 'stream' && pieces.empty) {
    const value = views.length === 1 ? views[0] : views
    throw invalidValue(name, 'must have a byte: nothing goes along without one', value)
  }
  const attempt = () => {
    const { views: intact, index, skip } = pieces
    const { numbers, credentials } = along
    const answer = along.gone
      ? calls.sendVectored(end.id, intact, index, skip)
      : calls.sendWith(end.id, intact, index, skip, numbers, credentials)
    if (answer < 0) {
      if (!along.gone) along.blame(answer)
      return sendBlocked(answer)
    }
    // Once: what goes with the first byte must not go again with the rest.
    along.release()
    end.bytesWritten += answer
    return pieces.went(answer) ? pieces.sent : BLOCKED
  }
  const report = (error: unknown) => {
    along.release()
    if (end.type === 'stream') carry(error, { bytesWritten: pieces.sent })
  }
  return start(end, attempt, report, () => !along.gone && along.hold(), limits)
}

/** Sends `views` as messages, each with its own `fds`. Undefined if none has any. */
export function sendManyAlong(
  end: End,
  views: Uint8Array[],
  { along, limits }: Send<(Outgoing | undefined)[]>,
): Promise<number> | undefined {
  if (along === undefined) return undefined
  if (along.length > views.length) {
    throw invalidValue('options.fds', 'has more lists than there are messages', along.length)
  }
  if (along.every((one) => one === undefined)) return undefined
  const lengths = views.map(byteLengthOf)
  let sent = 0
  for (const [message, one] of along.entries()) {
    try {
      one?.check()
    } catch (error) {
      carry(error, { messageIndex: message, messagesSent: 0 })
      throw error
    }
  }
  const attempt = () => {
    sameLengths(views, lengths)
    while (sent < views.length) {
      const one = along[sent]
      let until = sent + 1
      while (one === undefined && until < views.length && along[until] === undefined) until++
      const some = views.slice(sent, until)
      const answer =
        one === undefined
          ? calls.sendMany(end.id, some, 0)
          : calls.sendWith(end.id, some, 0, 0, one.numbers, one.credentials)
      if (answer < 0) {
        one?.blame(answer)
        return sendBlocked(answer)
      }
      one?.release()
      until = one === undefined ? sent + answer : sent + 1
      while (sent < until) end.bytesWritten += lengths[sent++] as number
    }
    return sent
  }
  const report = (error: unknown) => {
    for (const one of along) one?.release()
    carry(error, { messagesSent: sent })
  }
  const hold = () => {
    for (const one of along) if (one?.gone === false) one.hold()
  }
  return start(end, attempt, report, hold, limits)
}

/** Tries at once, so that only a send which has to wait must `hold` what goes along. */
function start(
  end: End,
  attempt: Attempt<number>,
  report: (error: unknown) => void,
  hold: () => void,
  limits: Limits | undefined,
): Promise<number> {
  try {
    let tried = false
    if (end.writing.free && limits?.signal?.aborted !== true) {
      const outcome = attempt()
      if (typeof outcome === 'number') {
        spend(outcome)
        return Promise.resolve(outcome)
      }
      tried = outcome === BLOCKED
    }
    hold()
    return end.writing.enqueue(attempt, limits, report, tried)
  } catch (error) {
    report(error)
    throw failed(end, error)
  }
}
