/** The life of a child's ends: made, handed over, closed here, and missed where the system says nothing. */
import type { ChildProcess } from 'node:child_process'
import { checkOptions } from './arguments.js'
import { environmentFor } from './child-environment.js'
import { type AnySpawned, type AskedSocket, askedSockets } from './child-sockets.js'
import { place, type StdioRules } from './child-stdio.js'
import { invalidType } from './errors.js'
import { setPassing } from './passing.js'
import type { Socket } from './socket.js'
import { socketpair } from './socketpair.js'
import type { AnySocket } from './sockets.js'

type Pair = [here: AnySocket, there: AnySocket]
type Options = Readonly<Record<string, unknown>>

/**
 * Starts a child by `start`, which is one of Node's calls, with the sockets that the options ask for.
 * @param rules how `stdio` is read where the options, read once by then, are these
 */
export function startWithSockets(
  options: Options,
  rules: (others: Options) => StdioRules,
  start: (options: Options) => ChildProcess,
): AnySpawned {
  // A copy first, as Node makes one: V8 reads what a rest leaves out once more.
  const { socket, sockets, stdio, env, ...others } = { ...options }
  const asked = askedSockets({ socket, sockets })
  const { numbers, fill } = place(asked, stdio, rules(others))
  checkOptions(env ?? undefined, 'options.env')
  const keys = asked.map(({ key }) => key)
  const environment = environmentFor(env ?? process.env, numbers, keys)

  const pairs = makePairs(asked)
  const here = pairs.map(([mine]) => mine)
  const there = pairs.map(([, theirs]) => theirs)
  let child: ChildProcess | undefined
  try {
    const descriptors = there.map(({ fd }) => fd)
    child = start({ ...others, stdio: fill(descriptors), env: environment })
  } finally {
    // By now the child has them, or there is none.
    closeAll(there)
    if (child?.pid === undefined) closeAll(here)
  }
  endWith(
    child,
    here.filter(({ type }) => type === 'dgram'),
  )
  return {
    child,
    socket: here[0] as AnySocket,
    sockets: Object.fromEntries(here.map((end, index) => [keys[index] ?? numbers[index], end])),
  }
}

/** `args` and `options` of a call where either can be left out. */
export function argumentsOf(args: unknown, options: unknown): [args: unknown[], options: Options] {
  if (args === undefined || args === null) return [[], checked(options)]
  if (Array.isArray(args)) return [args, checked(options)]
  if (typeof args !== 'object') throw invalidType('args', 'an instance of Array', args)
  return [[], checked(args)]
}

function checked(options: unknown): Options {
  checkOptions(options)
  if (Array.isArray(options)) throw invalidType('options', 'an object', options)
  return (options ?? {}) as Options
}

function makePairs(asked: readonly AskedSocket[]): Pair[] {
  const pairs: Pair[] = []
  try {
    for (const { type, sizes, passing } of asked) {
      const pair = socketpair(type, sizes)
      pairs.push(pair)
      setPassing(pair[0], passing)
    }
  } catch (error) {
    closeAll(pairs.flat())
    throw error
  }
  return pairs
}

function closeAll(ends: readonly Socket[]): void {
  for (const end of ends) end.close()
}

/** A datagram end is never told that its peer is gone: here it is the child that says so. */
function endWith(child: ChildProcess, ends: readonly Socket[]): void {
  if (ends.length === 0) return
  // One listener for all: Node warns where there are many.
  child.once('exit', () => {
    for (const end of ends) if (!end.closed) endReading(end)
  })
}

function endReading(end: Socket): void {
  try {
    end.shutdown('read')
  } catch (error) {
    // macOS and the BSDs part the two when one is closed; a receive hears of that by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ENOTCONN') throw error
  }
}
