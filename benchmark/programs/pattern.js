// What the programs send, and the proof that it is what arrives. benchmark/c/window.h is the same in C.
// The proof is asked for by the tests alone: no program that is measured looks at its bytes.

import { fail } from 'node:assert'

/** Whether every byte that arrives is compared. */
export const isChecking = process.env.BENCHMARK_CHECK === '1'

let checked = 0

/** How many bytes were compared and found right. */
export function checkedBytes() {
  return checked
}

/**
 * A message of `size` bytes.
 *
 * @param {number} size
 */
export function pattern(size) {
  const message = rightPattern(size)
  // The test of the test: one wrong byte has to be found.
  if (process.env.BENCHMARK_SPOIL === '1') message[size - 1] = 255
  return message
}

/**
 * The same as text, for what carries text.
 *
 * @param {number} size
 */
export function textPattern(size) {
  return asText(pattern(size))
}

/** @param {number} size */
function rightPattern(size) {
  const message = Buffer.alloc(size)
  for (let i = 0; i < size; i++) message[i] = i % 251
  return message
}

/** @param {Buffer} message */
function asText(message) {
  return message.toString('hex').slice(-message.length)
}

/** Compares what arrives, in whatever pieces, with one message after the other. */
export class Checker {
  #size
  #position = 0

  /** @param {number} size of a message */
  constructor(size) {
    this.#size = size
  }

  /** @param {Uint8Array} bytes */
  take(bytes) {
    for (const byte of bytes) {
      if (byte !== this.#position % 251) fail(`byte ${this.#position} of a message is ${byte}`)
      this.#position = (this.#position + 1) % this.#size
    }
    checked += bytes.length
  }

  /** Whole messages only. @param {Uint8Array} bytes */
  takeMessage(bytes) {
    if (bytes.length !== this.#size) fail(`a message of ${bytes.length} bytes`)
    this.take(bytes)
  }
}

/**
 * Compares a message of text.
 *
 * @param {string} text
 * @param {number} size that it should have
 */
export function checkText(text, size) {
  if (text !== asText(rightPattern(size))) fail(`a message is ${text}`)
  checked += text.length
}
