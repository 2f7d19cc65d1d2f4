import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ExecutionContext } from './test.ts'

/** A new directory, removed when the test is over. */
export function temporaryDirectory(t: ExecutionContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'socketpair-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A new file with that content, removed when the test is over. */
export function temporaryFile(t: ExecutionContext, content: string): string {
  const file = path.join(temporaryDirectory(t), 'file')
  writeFileSync(file, content)
  return file
}
