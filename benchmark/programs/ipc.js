// child_process IPC, in Node, Bun and Deno: the process that measures forks the other one.

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Checker, checkText, pattern, textPattern } from './pattern.js'

/**
 * Forks the program, with the size and the serialization as its arguments.
 *
 * @param {string} name
 * @param {string[]} args
 */
export function forkProgram(name, args) {
  const path = fileURLToPath(new URL(`${name}.js`, import.meta.url))
  const serialization = args[1] === 'advanced' ? 'advanced' : 'json'
  return fork(path, args, { serialization })
}

/**
 * What a serialization carries best, and the check of it: bytes, or text where bytes would become an
 * array of numbers.
 *
 * @param {number} size
 * @param {string | undefined} serialization
 */
export function ipcMessage(size, serialization) {
  if (serialization === 'advanced') {
    const checker = new Checker(size)
    return {
      message: pattern(size),
      check: (/** @type {any} */ bytes) => checker.takeMessage(bytes),
    }
  }
  return {
    message: textPattern(size),
    check: (/** @type {any} */ text) => checkText(text, size),
  }
}
