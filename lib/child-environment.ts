/** The two variables by which a child is told where its sockets are. */

/** Holds the number of the child's first socket. */
export const FIRST_SOCKET = 'SOCKETPAIR_FD'
/** Holds `name=number,name=number` where the child has sockets with names. */
export const NAMED_SOCKETS = 'SOCKETPAIR_FDS'

/** A child's environment: `env` without what it says of sockets that are not the child's. */
export function environmentFor(
  env: object,
  numbers: readonly number[],
  keys: readonly (string | undefined)[],
): Record<string, unknown> {
  const own: Record<string, unknown> = Object.create(null)
  // As Node itself reads it: with what it inherits from its prototype.
  for (const name in env) own[name] = (env as Record<string, unknown>)[name]
  own[FIRST_SOCKET] = String(numbers[0])
  delete own[NAMED_SOCKETS]
  const named = keys.flatMap((key, index) => (key === undefined ? [] : `${key}=${numbers[index]}`))
  if (named.length > 0) own[NAMED_SOCKETS] = named.join(',')
  return own
}

/** What a variable of that form says, pair by pair. */
export function namedSockets(value: string): [name: string, number: string][] {
  if (value === '') return []
  return value.split(',').map((entry) => {
    const [name = '', ...rest] = entry.split('=')
    return [name, rest.join('=')]
  })
}
