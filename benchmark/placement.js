// Which CPUs the two processes of a run may use.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * `free`: wherever the scheduler puts them, as for a user. The other two show what that choice
 * alone is worth.
 *
 * @typedef {'free' | 'each' | 'one'} Placement
 */

/** @returns {number[]} */
function allowedCpus() {
  try {
    const status = readFileSync('/proc/self/status', 'utf8')
    const ranges = status.match(/^Cpus_allowed_list:\s*(.+)$/m)?.[1]?.split(',') ?? []
    return ranges.flatMap((range) => {
      const [from = 0, to = from] = range.split('-').map(Number)
      return Array.from({ length: to - from + 1 }, (_, i) => from + i)
    })
  } catch {
    return [] // not Linux
  }
}

const [firstCpu, secondCpu] = allowedCpus()
const hasTaskset = spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0

/** Whether processes can be bound to two CPUs here. */
export const canPlace = hasTaskset && secondCpu !== undefined

/**
 * The command, bound to its CPU.
 *
 * @param {readonly string[]} command
 * @param {Placement} placement
 * @param {0 | 1} which of the two processes
 */
export function placed(command, placement, which) {
  if (placement === 'free') return command
  const cpu = placement === 'each' && which === 1 ? secondCpu : firstCpu
  return ['taskset', '--cpu-list', String(cpu), ...command]
}
