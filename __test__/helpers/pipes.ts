/** Pipes, for which Node has no call: named ones, whose names are gone at once. */
import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ExecutionContext } from './test.ts'

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants

/** What can be read from a descriptor now: '' at end-of-file, undefined when more may come. */
export function readNow(fd: number): string | undefined {
  const buffer = Buffer.alloc(4096)
  try {
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, null))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined
    throw error
  }
}

/** A pipe whose two descriptors are numbers of this process; -1 once closed. */
export class Pipe {
  reader: number
  writer: number

  constructor(name: string) {
    this.reader = openSync(name, O_RDONLY | O_NONBLOCK)
    this.writer = openSync(name, O_WRONLY | O_NONBLOCK)
  }

  write(text: string): void {
    writeSync(this.writer, text)
  }

  /** What is in it: '' when nobody has its writing end any more, undefined when it is empty. */
  read(): string | undefined {
    return readNow(this.reader)
  }

  closeReader(): void {
    if (this.reader !== -1) closeSync(this.reader)
    this.reader = -1
  }

  closeWriter(): void {
    if (this.writer !== -1) closeSync(this.writer)
    this.writer = -1
  }

  close(): void {
    this.closeReader()
    this.closeWriter()
  }
}

/** New pipes, the caller's to close. */
export function openPipes(count: number): Pipe[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'socketpair-'))
  try {
    const names = Array.from({ length: count }, (_, index) => path.join(folder, `${index}`))
    execFileSync('mkfifo', names)
    return names.map((name) => new Pipe(name))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** New pipes, closed when the test is over. */
export function pipes(t: ExecutionContext, count: number): Pipe[] {
  const made = openPipes(count)
  t.teardown(() => {
    for (const each of made) each.close()
  })
  return made
}

/** A new pipe, closed when the test is over. */
export function pipe(t: ExecutionContext): Pipe {
  return pipes(t, 1)[0] as Pipe
}
