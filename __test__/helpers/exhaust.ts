/** A table of descriptors that is full, or nearly; for programs that are run with few. */
import { closeSync, openSync } from 'node:fs'

const files: number[] = []

/** Opens files until there is no descriptor left; gives how many there were. */
export function exhaust(): number {
  const before = files.length
  try {
    for (;;) files.push(openSync('/dev/null', 'r'))
  } catch {
    return files.length - before
  }
}

/** Fills the table but for so many. */
export function leave(count: number): void {
  exhaust()
  for (let i = 0; i < count; i++) closeSync(files.pop() as number)
}
