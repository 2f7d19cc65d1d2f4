import { setImmediate as turn } from 'node:timers/promises'
import type { ExecutionContext } from './test.ts'

/** A process warning. */
export interface Warning extends Error {
  code?: string
}

/** The process warnings of a code from now to the end of the test, as they come. */
export function warnings(t: ExecutionContext, code: string): Warning[] {
  const seen: Warning[] = []
  const listener = (warning: Warning) => {
    if (warning.code === code) seen.push(warning)
  }
  process.on('warning', listener)
  t.teardown(async () => {
    // What was told in this turn is heard in a later one.
    await turn()
    process.off('warning', listener)
  })
  return seen
}
