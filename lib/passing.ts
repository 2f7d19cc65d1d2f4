/** The options that say what comes along with messages. */
import { checkBoolean } from './arguments.js'
import type { Socket } from './socket.js'

const NAMES = ['passCredentials', 'passPidfd', 'acceptDescriptors'] as const

/** Those of them that somebody has set. */
export type Passing = Partial<Record<(typeof NAMES)[number], boolean>>

/** Checks them among the options of that name. */
export function checkPassing(
  options: Readonly<Partial<Record<keyof Passing, unknown>>>,
  name: string,
): Passing {
  const passing: Passing = {}
  for (const each of NAMES) {
    const on = options[each]
    if (on === undefined) continue
    checkBoolean(on, `${name}.${each}`)
    passing[each] = on
  }
  return passing
}

/** Sets them on an end. @throws as the properties of {@link Socket} do */
export function setPassing(end: Socket, passing: Passing): void {
  for (const name of NAMES) {
    const on = passing[name]
    if (on !== undefined) end[name] = on
  }
}
