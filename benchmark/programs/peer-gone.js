// The end of a run: the measuring side has its figures and leaves, in the middle of the traffic.

/**
 * Rethrows everything but the two errors that tell it.
 *
 * @param {unknown} error
 */
export function ignorePeerGone(error) {
  const code = /** @type {NodeJS.ErrnoException} */ (error).code
  if (code !== 'EPIPE' && code !== 'ECONNRESET') throw error
}
