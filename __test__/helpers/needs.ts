/** Programs that a test needs and that not every machine has: without them it is skipped, counted and named. */
import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'
import type { ExecutionContext, TestFn } from 'ava'

/** Ends a test that can't be run here; `test` of test.ts and `skippable` take it for no failure. */
export class Missing extends Error {
  constructor(programs: readonly string[]) {
    // scripts/test.js reads this form.
    super(`skipped (needs: ${programs.join(', ')})`)
  }
}

/** Those of the programs that are not there: of a name on the PATH, of a path under it. */
export function missing(...programs: readonly string[]): string[] {
  return programs.filter((program) => !isThere(program))
}

/** Skips the test that runs, unless all these programs are there. */
export function needs(...programs: readonly string[]): void {
  const absent = missing(...programs)
  if (absent.length > 0) throw new Missing(absent)
}

function isThere(program: string): boolean {
  if (path.isAbsolute(program)) return isExecutable(program)
  const folders = (process.env['PATH'] ?? '').split(path.delimiter)
  return folders.some((folder) => isExecutable(path.join(folder || '.', program)))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

interface Reporter {
  log(message: string): void
  pass(): void
}

/** The body of a test that is skipped where it, or what it calls, needs a program that is missing. */
export function skippable<T extends Reporter>(
  body: (t: T) => void | Promise<void>,
): (t: T) => Promise<void> {
  return async (t) => {
    try {
      await body(t)
    } catch (error) {
      if (!(error instanceof Missing)) throw error
      t.log(error.message)
      t.pass()
    }
  }
}

/** `test.serial` of ava where these programs are there; without them each test is declared as skipped. */
export function needing(test: TestFn, ...programs: readonly string[]): SerialFn {
  const absent = missing(...programs)
  if (absent.length === 0) return test.serial
  // scripts/test.js reads this form.
  return (title, body) => test.serial.skip(`${title} (needs: ${absent.join(', ')})`, body)
}

type SerialFn = (title: string, body: (t: ExecutionContext) => unknown) => void
