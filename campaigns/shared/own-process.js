// What this process has, as the system counts it; Linux.

import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** The open descriptors, each with what it stands for. */
export function descriptors() {
  const found = []
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      found.push(`${name} ${readlinkSync(`/proc/self/fd/${name}`)}`)
    } catch {
      // The one that the listing itself was made with.
    }
  }
  return found
}

/** How many there are: the one of the listing is not counted. */
export function countDescriptors() {
  return readdirSync('/proc/self/fd').length - 1
}

/** @param {string} name a line of proc_pid_status(5) */
function statusOf(name) {
  const [, value] =
    new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return Number(value)
}

/** Resident memory in MiB. */
export function residentMemory() {
  return statusOf('VmRSS') / 1024
}

export function threads() {
  return statusOf('Threads')
}

/**
 * Waits until `holds` gives true, for some seconds; false when it does not.
 *
 * @param {() => boolean} holds
 * @param {number} [seconds]
 */
export async function comesTrue(holds, seconds = 10) {
  const deadline = performance.now() + seconds * 1000
  for (let round = 0; !holds(); round++) {
    if (performance.now() > deadline) return false
    await sleep(round < 10 ? 0 : 5)
  }
  return true
}
