/** Who hears of one signal, and the listener that tells them. */
interface Watch {
  readonly callbacks: Set<() => void>
  readonly listener: () => void
}

const watches = new WeakMap<AbortSignal, Watch>()

function watch(signal: AbortSignal): Watch {
  const callbacks = new Set<() => void>()
  const listener = () => {
    watches.delete(signal)
    for (const callback of callbacks) callback()
  }
  const made = { callbacks, listener }
  // First, since it may throw: a signal can be an object of the caller's own.
  signal.addEventListener('abort', listener, { once: true })
  watches.set(signal, made)
  return made
}

/** Why it aborted; a getter of the caller's own that throws gives what it throws. */
export function reasonOf(signal: AbortSignal): unknown {
  try {
    return signal.reason
  } catch (error) {
    return error
  }
}

/**
 * Calls `callback` when `signal` aborts, in the order of these calls; gives what takes that back.
 *
 * A signal gets one listener however many operations wait with it, and none when none does: Node warns
 * of a leak at the eleventh, and one signal for the whole of a program is ordinary.
 *
 * @throws what the signal's `addEventListener` throws; then there is nothing to take back
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, listener } = watches.get(signal) ?? watch(signal)
  callbacks.add(callback)
  return () => {
    callbacks.delete(callback)
    if (callbacks.size > 0 || watches.get(signal)?.callbacks !== callbacks) return
    watches.delete(signal)
    try {
      signal.removeEventListener('abort', listener)
    } catch {
      // What was waited for is over: its outcome is not the signal's to change.
    }
  }
}
