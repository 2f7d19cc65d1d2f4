// What a run needs and this machine lacks: its rows are left out, with the reason.

import * as socketpair from 'socketpair'
import { compileReferences } from './compile.js'
import { installPeers, whyMissing } from './peers/install.js'
import { canPlace } from './placement.js'

/** @typedef {import('./configurations/common.js').Need} Need */

/** Other packages and runtimes, which are there only where somebody asked for them. */
export const peers = /** @type {const} */ ([
  'zeromq',
  'node-unix-socket',
  'unix-dgram',
  'usocket',
  'bun',
  'deno',
])

/**
 * Prepares what can be prepared, and says why the rest is missing.
 *
 * @param {{ peers: boolean }} options
 * @returns {Map<Need, string>}
 */
export function findMissing(options) {
  /** @type {Map<Need, string>} */
  const missing = new Map()
  try {
    compileReferences()
  } catch (error) {
    const isThere = /** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT'
    missing.set('cc', isThere ? 'cc could not compile the C programs' : 'no cc on the PATH')
  }
  if (!canPlace) missing.set('taskset', 'no taskset, or only one CPU')
  if (!('Channel' in socketpair)) missing.set('Channel', 'the package has no Channel')
  if (!socketpair.supported.seqpacket) missing.set('seqpacket', 'no seqpacket pairs on this system')
  if (options.peers) installPeers()
  for (const peer of peers) {
    const reason = options.peers ? whyMissing(peer) : 'not asked for: --peers'
    if (reason !== undefined) missing.set(peer, `${peer}: ${reason}`)
  }
  return missing
}

/**
 * Why none of these can be run; nothing where they can.
 *
 * @param {readonly (import('./configurations/common.js').Configuration | undefined)[]} configurations
 * @param {ReadonlyMap<Need, string>} missing
 */
export function whyNot(configurations, missing) {
  const needs = configurations.flatMap((configuration) => configuration?.needs ?? [])
  return needs.map((need) => missing.get(need)).find((reason) => reason !== undefined)
}
