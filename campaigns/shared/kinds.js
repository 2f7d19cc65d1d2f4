// The kinds of readiness that a part is run over, one after the other: both, or the one that the environment names.

const named = process.env['SOCKETPAIR_READINESS']

export const kinds = named === undefined ? /** @type {const} */ (['loop', 'tokio']) : [named]

/**
 * Each in turn.
 *
 * @param {number} index
 */
export const kindAt = (index) => kinds[index % kinds.length] ?? 'loop'
