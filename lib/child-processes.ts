import type * as ChildProcesses from 'node:child_process'
import { load } from './load.ts'

/** node:child_process, loaded at the first use: it brings all of the host's networking with it. */
export function childProcesses(): typeof ChildProcesses {
  return load('node:child_process') as typeof ChildProcesses
}
