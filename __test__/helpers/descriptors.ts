/** The descriptors of this process. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { stats } from 'socketpair'

/** Every open descriptor with what it stands for, sorted by number. */
export function openDescriptors(): string[] {
  const found: [number, string][] = []
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      found.push([Number(name), readlinkSync(`/proc/self/fd/${name}`)])
    } catch {
      // The one that the listing itself was made with.
    }
  }
  return found.toSorted(([one], [other]) => one - other).map(([fd, what]) => `${fd} ${what}`)
}

/** Waits until the descriptors are those of `before`: a child's pipes are closed a little later. */
export async function descriptorsComeBack(before: readonly string[]): Promise<void> {
  const deadline = Date.now() + 10_000
  while (openDescriptors().join('\n') !== before.join('\n')) {
    if (Date.now() > deadline) throw new Error(difference(before, openDescriptors()))
    await turn()
  }
}

/** Bun and Deno open and close descriptors of their own at any time. */
const hostIsSteady = process.versions['bun'] === undefined && !('Deno' in globalThis)

/**
 * Waits, when it is called, until what was opened since now is closed: whatever this process has or, where
 * the host confuses that, what the package has.
 */
export function ownDescriptorsComeBack(): () => Promise<void> {
  if (hostIsSteady) {
    const before = openDescriptors()
    return () => descriptorsComeBack(before)
  }
  const before = stats()
  return async () => {
    const deadline = Date.now() + 10_000
    for (;;) {
      const { openEnds, receivedFds } = stats()
      // What an earlier test has left may be closed meanwhile.
      if (openEnds <= before.openEnds && receivedFds <= before.receivedFds) return
      if (Date.now() > deadline) {
        throw new Error(`${openEnds} ends and ${receivedFds} received descriptors are open`)
      }
      await turn()
    }
  }
}

function difference(before: readonly string[], now: readonly string[]): string {
  const left = now.filter((entry) => !before.includes(entry))
  const gone = before.filter((entry) => !now.includes(entry))
  return `descriptors left: [${left.join(', ')}], descriptors gone: [${gone.join(', ')}]`
}

/** Whether this process has a descriptor of that number. */
export function isOpen(fd: number): boolean {
  return openDescriptors().some((entry) => entry.startsWith(`${fd} `))
}

/** The inode by which every process sees the same socket. */
export function inodeOf(fd: number): string {
  return readlinkSync(`/proc/self/fd/${fd}`)
}

const O_ACCMODE = 0o3
const O_RDWR = 0o2
const O_NONBLOCK = 0o4000
const O_CLOEXEC = 0o2_000_000

/** What the kernel says of a descriptor's flags, asked past the package. */
export function flagsOf(fd: number) {
  const [, octal] =
    /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? []
  const flags = Number.parseInt(octal ?? '', 8)
  return {
    readAndWrite: (flags & O_ACCMODE) === O_RDWR,
    nonBlocking: (flags & O_NONBLOCK) !== 0,
    closeOnExec: (flags & O_CLOEXEC) !== 0,
  }
}
