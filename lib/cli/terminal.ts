/** Whom a terminal sends its Ctrl-C. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The process group of a process, and the one that has its terminal: 0 or less where there is none. */
interface Groups {
  own: number
  foreground: number
}

/** True if the terminal sends SIGINT to this process itself: it is in the foreground group of its terminal. */
export function isInForeground(pid: number): boolean {
  const groups = groupsOf(pid)
  return groups !== undefined && groups.foreground > 0 && groups.own === groups.foreground
}

/** Undefined of a process that is gone, and where the system does not tell. */
function groupsOf(pid: number): Groups | undefined {
  const fields = process.platform === 'linux' ? fieldsInProc(pid) : fieldsOfPs(pid)
  const [own = Number.NaN, foreground = Number.NaN] = fields.map(Number)
  return Number.isInteger(own) && Number.isInteger(foreground) ? { own, foreground } : undefined
}

function fieldsInProc(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name, in parentheses, can have any characters. Then: state, parent, group, session, terminal, its group.
    const [, , own = '', , , foreground = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return [own, foreground]
  } catch {
    return []
  }
}

function fieldsOfPs(pid: number): string[] {
  const { stdout } = spawnSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return (stdout ?? '').trim().split(/\s+/)
}
