// Many pairs in one process.

import { setTimeout as sleep } from 'node:timers/promises'
import { socketpair } from 'socketpair'

/** The most descriptors that this process may have; a hundred are its own. */
function mostDescriptors() {
  const { userLimits } = /** @type {any} */ (process.report.getReport())
  const limit = Number(userLimits.open_files.soft)
  return (Number.isNaN(limit) ? Infinity : limit) - 100
}

/**
 * So many pairs, or as many as the limit of descriptors allows.
 *
 * @param {number} wanted
 * @param {number} descriptorsEach how many of a pair's stay in this process, at the most
 */
export function possiblePairs(wanted, descriptorsEach = 2) {
  return Math.min(wanted, Math.floor(mostDescriptors() / descriptorsEach))
}

/** @param {number} count */
export function openPairs(count) {
  return Array.from({ length: count }, () => socketpair())
}

/**
 * Starts a read on one end of each, and gives what settles when all of them are over.
 *
 * @param {ReturnType<typeof openPairs>} pairs
 */
export async function waitOnAll(pairs) {
  // One buffer for all: what memory a caller reads into is not the package's.
  const buffer = Buffer.alloc(64)
  const reads = pairs.map(([end]) => end.read(buffer).catch(ignoreCancelled))
  return { over: Promise.all(reads) }
}

/** @param {ReturnType<typeof openPairs>} pairs */
export async function closePairs(pairs) {
  for (const ends of pairs) for (const end of ends) end.close()
  await sleep(0)
}

/** @param {NodeJS.ErrnoException} error */
function ignoreCancelled(error) {
  if (error.code !== 'ECANCELED') throw error
}
