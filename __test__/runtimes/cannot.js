// What is not run where, and why. docs/runtimes.md tells users of what concerns them.

/**
 * @typedef {object} Exception
 * @property {string} file a spec file, without its ending
 * @property {RegExp} [title] only these tests of it
 * @property {string} why
 */

/**
 * Files that are about this project and its development, wherever they run.
 *
 * @type {readonly string[]}
 */
export const notOfRuntimes = ['benchmark', 'documentation', 'package', 'types']

/** @type {Record<string, readonly Exception[]>} */
export const cannot = {
  'node 20': [],
  'node 22': [],
  'node 24': [],
  'node 26': [],
  bun: [],
  deno: [],
}
