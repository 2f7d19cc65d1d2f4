/** dup(2), which Node does not have: from an addon in C. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { programPath } from './endings.ts'
import { needs } from './needs.ts'

let dup: ((fd: number) => number) | undefined

/** Another descriptor, close-on-exec, of the same open file description. */
export function duplicate(fd: number): number {
  dup ??= load()
  return dup(fd)
}

function load(): (fd: number) => number {
  needs('cc')
  const folder = mkdtempSync(path.join(tmpdir(), 'socketpair-'))
  const target = path.join(folder, 'duplicate.node')
  const flags = ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', target]
  execFileSync('cc', [...flags, programPath('duplicate.c')])
  const module = { exports: {} }
  process.dlopen(module, target)
  rmSync(folder, { recursive: true })
  return module.exports as (fd: number) => number
}
