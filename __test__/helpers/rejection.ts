import type { SystemError } from 'socketpair'

/** What a promise rejects with; one that resolves instead is a failure that names its value. */
export async function rejection(promise: Promise<unknown>): Promise<SystemError> {
  let value
  try {
    value = await promise
  } catch (error) {
    return error as SystemError
  }
  throw new Error(`expected a rejection, got ${String(value)}`)
}

/** The codes with which promises reject, in order; `undefined` for one that resolves. */
export async function codes(
  promises: readonly Promise<unknown>[],
): Promise<(string | undefined)[]> {
  const outcomes = await Promise.allSettled(promises)
  return outcomes.map((outcome) =>
    outcome.status === 'rejected' ? (outcome.reason as SystemError).code : undefined,
  )
}
