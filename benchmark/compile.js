// The C programs that show what the machine can do, compiled with the system's compiler.

import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const sources = fileURLToPath(new URL('c', import.meta.url))
const compiled = fileURLToPath(new URL('../target/benchmark', import.meta.url))
const names = /** @type {const} */ (['sender', 'receiver', 'ping', 'echo'])

/** @param {(typeof names)[number]} name */
export function referenceProgram(name) {
  return `${compiled}/${name}`
}

/** @throws where there is no compiler, or no program comes out of it */
export function compileReferences() {
  mkdirSync(compiled, { recursive: true })
  for (const name of names) {
    const args = ['-O2', '-Wall', '-o', referenceProgram(name), `${sources}/${name}.c`]
    execFileSync('cc', args, { stdio: ['ignore', 'inherit', 'inherit'] })
  }
}
