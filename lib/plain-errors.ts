/** Errors as the addon makes them, where there is none: a channel over a Duplex needs no more of it. */
import util from 'node:util'

interface Known {
  readonly errno: number
  readonly description: string
}

const table = new Map<string, Known>()

function known(code: string): Known | undefined {
  if (table.size === 0) {
    for (const [errno, [name, description]] of util.getSystemErrorMap()) {
      table.set(name, { errno, description })
    }
  }
  return table.get(code)
}

/** The error of an errno by name, with the number that Node has for it on this system. */
export function plainError(code: string, syscall: string): Error {
  const { errno = 0, description = 'unknown error' } = known(code) ?? {}
  return Object.assign(new Error(`${code}: ${description}, ${syscall}`), { errno, code, syscall })
}
