/** The errors that a promise of a channel has rejected with, or a call has thrown. */
const errors = new WeakSet<object>()

/** The caller learns of this error. */
export function tell<E>(error: E): E {
  if (typeof error === 'object' && error !== null) errors.add(error)
  return error
}

/** True if the caller has learned of this error. */
export function wasTold(error: unknown): boolean {
  return typeof error === 'object' && error !== null && errors.has(error)
}
