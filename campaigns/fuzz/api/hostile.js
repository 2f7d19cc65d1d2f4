// What hostile arguments throw, and the errors that a call may end with.

/** Thrown by getters, codecs and handlers of the fuzzer, and the reason of its aborts. */
export class Hostile extends Error {
  constructor(/** @type {string} */ where) {
    super(`hostile: ${where}`)
  }
}

/** What the language itself says of values that no codec can encode, and of revoked proxies. */
const ofTheLanguage = /BigInt|circular|could not be cloned|proxy that has been revoked/

/** What a codec throws is given on as it is, so that of the built-in ones too. */
const ofSerialize = /^ +at serialize \(node:v8/m

/**
 * True if an error is one that the package may give: with a code, or the caller's own.
 *
 * @param {any} error
 */
export function isExpected(error) {
  if (error instanceof Hostile || error instanceof DOMException) return true
  if (typeof error !== 'object' || error === null) return false
  if (typeof error.code === 'string') return true
  return ofTheLanguage.test(error.message) || ofSerialize.test(error.stack)
}
