// What the programs of campaigns share: their arguments, what they report, and how a fault ends them.

import { writeSync } from 'node:fs'

const [, , seed = '1', seconds = '5', ...rest] = process.argv

/** What the program was started with. */
export const started = {
  seed: Number(seed),
  seconds: Number(seconds),
  /** What is behind these two. */
  args: rest,
  trace: process.env['CAMPAIGN_TRACE'] !== undefined,
}

// A stream, which a warning needs, has libuv open a descriptor of its own: before any are counted.
void process.stderr.writable

const end = performance.now() + started.seconds * 1000

/** True while the program's time is not over. */
export function hasTime() {
  return performance.now() < end
}

/**
 * Says which seed is at work, so that an abort or a hang has one.
 *
 * @param {number} begun
 */
export function begin(begun) {
  writeSync(1, `@begin ${begun}\n`)
}

/** @param {Readonly<Record<string, number>>} figures */
export function report(figures) {
  writeSync(1, `@figures ${JSON.stringify(figures)}\n`)
}

/** @param {string} text */
export function trace(text) {
  if (started.trace) writeSync(2, `${text}\n`)
}

/** @type {() => string} */
let context = () => ''

/**
 * Names what is printed beside a fault: what was done before it.
 *
 * @param {() => string} describe
 */
export function setContext(describe) {
  context = describe
}

/**
 * Ends the program: something happened that must not.
 *
 * @param {string} message
 * @param {unknown} [error]
 * @returns {never}
 */
export function fault(message, error) {
  const cause = error instanceof Error ? `\n${error.stack}` : ''
  writeSync(2, `${context()}\n=> ${message}${cause}\n`)
  process.exit(1)
}

process.on('unhandledRejection', (reason) => fault('a rejection was not handled', reason))
process.on('uncaughtException', (error) => fault('an exception was not caught', error))
