// A Node program in a process of its own: its abort, its hang and what it finds are faults of the round. It
// prints `@begin SEED` before what that seed stands for, and `@figures JSON` at its end.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { Fault } from './fault.js'

/** Milliseconds that a program may take beyond its time before it hangs. */
const HANGS_AFTER = 30_000

/** Lines of what a program says on stderr that are shown. */
const SHOWN = 60

/** Characters of stderr that are kept for a judge: a report of leaks has many, and ours may come first. */
const KEPT = 1 << 26

/** @param {number | undefined} leader */
function endGroup(leader) {
  if (leader === undefined) return
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // All of it has ended.
  }
}

/**
 * @typedef {object} ProgramOptions
 * @property {number} seed
 * @property {number} seconds
 * @property {readonly (string | number)[]} [args] behind seed and seconds
 * @property {readonly string[]} [execArgv]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {boolean} [trace]
 * @property {(text: string) => string | undefined} [judge] finds a fault in what it said on stderr
 */

/**
 * Runs a program to its end and gives its figures.
 *
 * @param {URL} file
 * @param {ProgramOptions} options
 * @returns {Promise<Record<string, number>>}
 */
export async function runProgram(file, options) {
  const { seed, seconds, args = [], execArgv = [], env = {}, trace = false } = options
  const line = [process.execPath, '--expose-gc', ...execArgv, file.pathname]
  const [command = '', ...rest] = [...line, seed, seconds, ...args].map(String)
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...env, ...(trace ? { CAMPAIGN_TRACE: '1' } : {}) },
    // A group of its own, so that what it started ends with it: a peer would keep its pipes open.
    detached: true,
  })
  const patience = setTimeout(endGroup, seconds * 1000 + HANGS_AFTER, child.pid)
  const leaving = () => endGroup(child.pid)
  process.once('exit', leaving)
  child.once('exit', leaving)
  let begun = seed
  /** @type {Record<string, number> | undefined} */
  let figures
  const out = createInterface({ input: child.stdout })
  out.on('line', (text) => {
    if (text.startsWith('@begin ')) begun = Number(text.slice(7))
    else if (text.startsWith('@figures ')) figures = JSON.parse(text.slice(9))
    else console.log(text)
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    if (trace) process.stderr.write(text)
    said = (said + text).slice(-KEPT)
  })
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (...how) => resolve(how))
  })
  clearTimeout(patience)
  process.off('exit', leaving)
  const judged = options.judge?.(said)
  if (code === 0 && figures !== undefined && judged === undefined) return figures
  const how = signal === 'SIGKILL' ? 'hung, and was killed' : `ended with ${signal ?? code}`
  const shown = judged ?? said.trimEnd().split('\n').slice(-SHOWN).join('\n')
  const readiness = env['SOCKETPAIR_READINESS']
  throw new Fault(`${file.pathname.split('/').at(-1)} ${how}\n${shown}`, begun, readiness)
}
