// What the descriptions of the runs are made of.

import { fileURLToPath } from 'node:url'

/**
 * What a run needs besides Node and this package.
 *
 * @typedef {'cc' | 'taskset' | 'Channel' | 'seqpacket' | Peer} Need
 *
 * @typedef {'zeromq' | 'node-unix-socket' | 'unix-dgram' | 'usocket' | 'bun' | 'deno'} Peer
 */

/**
 * @typedef {Record<string, number> & { distribution?: readonly number[] }} Report what a program tells
 *
 * @typedef {object} Configuration
 * @property {'stream' | 'seqpacket' | 'path'} [type] of the pair between the two; `path`: none, but a
 *   free path in the file system for both; nothing: one process, which starts the other itself
 * @property {readonly string[]} measuring the command that reports
 * @property {readonly string[]} [other] the command at the other end
 * @property {import('../placement.js').Placement} placement
 * @property {string} unit
 * @property {(report: Report) => number} figure
 * @property {readonly Need[]} [needs]
 */

/**
 * @param {string} name
 * @param {...(string | number)} args
 */
export function program(name, ...args) {
  const path = fileURLToPath(new URL(`../programs/${name}.js`, import.meta.url))
  return [process.execPath, path, ...args.map(String)]
}

/**
 * A program that uses a package of benchmark/peers/.
 *
 * @param {string} name
 * @param {...(string | number)} args
 */
export function peerProgram(name, ...args) {
  const path = fileURLToPath(new URL(`../peers/${name}.js`, import.meta.url))
  return [process.execPath, path, ...args.map(String)]
}

/** How each of the other runtimes runs a program. */
const runtimes = {
  bun: [fileURLToPath(new URL('../peers/node_modules/.bin/bun', import.meta.url))],
  deno: [fileURLToPath(new URL('../peers/node_modules/.bin/deno', import.meta.url)), 'run', '-A'],
}

/**
 * The command, in another runtime.
 *
 * @param {keyof typeof runtimes} runtime
 * @param {readonly string[]} command
 */
export function inRuntime(runtime, command) {
  return [...runtimes[runtime], ...command.slice(1)]
}

/** @param {Report} report */
export const megabytesPerSecond = ({ bytes = 0, seconds = 0 }) => bytes / seconds / 1e6
/** @param {Report} report */
export const messagesPerSecond = ({ messages = 0, seconds = 0 }) => messages / seconds
/**
 * Where a receipt is not a message: on streams.
 *
 * @param {number} size
 * @returns {Configuration['figure']}
 */
export const messagesOf =
  (size) =>
  ({ bytes = 0, seconds = 0 }) =>
    bytes / size / seconds
/** @param {Report} report */
export const median = ({ p50 = Number.NaN }) => p50
/** @param {Report} report */
export const milliseconds = ({ milliseconds: spent = Number.NaN }) => spent
/** @param {Report} report */
export const kibibytes = ({ bytes = Number.NaN }) => bytes / 1024
/** @param {Report} report */
export const ratio = ({ ratio: measured = Number.NaN }) => measured
