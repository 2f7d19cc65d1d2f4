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
  watches.set(signal, made)
  signal.addEventListener('abort', listener, { once: true })
  return made
}

/**
 * Calls `callback` when `signal` aborts, in the order of these calls; gives what takes that back.
 *
 * A signal gets one listener however many operations wait with it, and none when none does: Node warns
 * of a leak at the eleventh, and one signal for the whole of a program is ordinary.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, listener } = watches.get(signal) ?? watch(signal)
  callbacks.add(callback)
  return () => {
    callbacks.delete(callback)
    if (callbacks.size > 0 || watches.get(signal)?.callbacks !== callbacks) return
    watches.delete(signal)
    signal.removeEventListener('abort', listener)
  }
}
