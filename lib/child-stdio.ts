/** The child's descriptors: the caller's `stdio`, extended by the ends that the child is to get. */
import { type AskedSocket, FIRST } from './child-sockets.js'
import { invalidValue } from './errors.js'

/** How a caller's `stdio` is read. */
export interface StdioRules {
  /** What it is where there is none. */
  readonly preset: 'pipe' | 'inherit'
  /** Whether the child has Node's channel, which gives way to a socket. */
  readonly channel: boolean
}

/** The sockets' places, found before any of them is made. */
export interface Placed {
  /** The number in the child of each socket, in the order in which they were asked for. */
  readonly numbers: readonly number[]
  /** The `stdio` in which each of them has its place. */
  fill(descriptors: readonly number[]): unknown[]
}

const WORDS = ['pipe', 'ignore', 'inherit', 'overlapped']
const CHANNEL = 'ipc'

/** Finds a place for every socket. @throws ERR_INVALID_ARG_VALUE where the caller's `stdio` has it */
export function place(asked: readonly AskedSocket[], stdio: unknown, rules: StdioRules): Placed {
  const preset = stdio === undefined || stdio === null
  const entries = entriesOf(preset ? rules.preset : stdio, rules.channel)
  const holders = new Map<number, AskedSocket>()
  const isFree = (number: number) =>
    !holders.has(number) &&
    (leavesFree(entries[number], number) ||
      (preset && number < FIRST) ||
      (rules.channel && entries[number] === CHANNEL))

  for (const socket of asked) {
    const { fd } = socket
    if (fd === undefined) continue
    if (!isFree(fd)) throw taken(socket, fd, holders.get(fd), stdio)
    holders.set(fd, socket)
  }
  const numbers = asked.map((socket) => {
    if (socket.fd !== undefined) return socket.fd
    let number = FIRST
    while (!isFree(number)) number++
    holders.set(number, socket)
    return number
  })
  return {
    numbers,
    fill: (descriptors) => {
      const channels = [...holders.keys()].filter((number) => entries[number] === CHANNEL)
      numbers.forEach((number, index) => (entries[number] = descriptors[index]))
      for (const channel of channels) {
        let behind = channel + 1
        while (!leavesFree(entries[behind], behind)) behind++
        entries[behind] = CHANNEL
      }
      // Said in full, as not every runtime takes a gap for its default.
      return Array.from(entries, (entry, number) => entry ?? (number < FIRST ? 'pipe' : 'ignore'))
    },
  }
}

/** A `stdio` as a list. */
function entriesOf(stdio: unknown, channel: boolean): unknown[] {
  if (Array.isArray(stdio)) return Array.from(stdio as unknown[])
  if (typeof stdio === 'string' && WORDS.includes(stdio)) {
    return [stdio, stdio, stdio, ...(channel ? [CHANNEL] : [])]
  }
  const words = WORDS.map((word) => `'${word}'`).join(', ')
  throw invalidValue('options.stdio', `must be an array or one of ${words}`, stdio)
}

/** Behind the first three nothing is opened for 'ignore'; in them it is /dev/null. */
function leavesFree(entry: unknown, number: number): boolean {
  return entry === undefined || entry === null || (number >= FIRST && entry === 'ignore')
}

function taken(
  { option }: AskedSocket,
  fd: number,
  holder: AskedSocket | undefined,
  stdio: unknown,
): TypeError {
  if (holder) return invalidValue(`${option}.fd`, `is the descriptor of ${holder.option} too`, fd)
  const entry = Array.isArray(stdio) ? (stdio as unknown[])[fd] : stdio
  return invalidValue('options.stdio', `uses descriptor ${fd}, where ${option} goes`, entry)
}
