// The C programs that show what the machine can do, compiled with the system's compiler.

import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const sources = fileURLToPath(new URL('c', import.meta.url))
const compiled = fileURLToPath(new URL('../target/benchmark', import.meta.url))

/** @param {'sender' | 'receiver'} name */
export function referenceProgram(name) {
  return `${compiled}/${name}`
}

export function compileReferences() {
  mkdirSync(compiled, { recursive: true })
  for (const name of /** @type {const} */ (['sender', 'receiver'])) {
    const args = ['-O2', '-Wall', '-o', referenceProgram(name), `${sources}/${name}.c`]
    execFileSync('cc', args, { stdio: 'inherit' })
  }
}
