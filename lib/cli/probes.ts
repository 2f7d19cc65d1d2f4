/** What the system can do, each found out by doing it. */
import { readFileSync } from 'node:fs'
import {
  type AnySocket,
  constants,
  type MessageSocket,
  type SocketType,
  socketpair,
} from 'socketpair'
import { codeOf } from './failure.js'

/** The most that anybody could ask for. */
const MOST_BYTES = 0x7fff_ffff
/** Longer messages are not tried. */
const LONGEST_MESSAGE = 1 << 24
const MOST_DESCRIPTORS = 1024

/** What a pair of one type can do; of one that can't be made, why. */
export interface TypeReport {
  supported: boolean
  /** The code of the error. */
  error?: string
  /** Bytes, as the kernel reports them. */
  sendBufferSize?: number
  recvBufferSize?: number
  /** What `sendBufferSize` becomes where as much as possible is asked for. */
  largestSendBufferSize?: number
  /** The longest message in bytes, by default and with the largest buffer; a stream has none. */
  largestMessage?: number
  largestMessageWithLargestBuffer?: number
  /** How many messages of a byte wait until a send has to; of a stream, how many bytes. */
  queue?: number
  /** The most descriptors that one message carries. */
  descriptors?: number
  /** Whether the system refuses descriptors where `acceptDescriptors` is false. */
  refusesDescriptors?: boolean
  passCredentials?: boolean
  passPidfd?: boolean
}

type Pair = readonly [AnySocket, AnySocket]

/** What a pair of this type can do. */
export async function probeType(type: SocketType): Promise<TypeReport> {
  let pair: Pair
  try {
    pair = socketpair(type)
  } catch (error) {
    return { supported: false, error: codeOf(error) ?? String(error) }
  }
  const [here, there] = pair
  try {
    const { sendBufferSize, recvBufferSize } = here
    const report: TypeReport = { supported: true, sendBufferSize, recvBufferSize }
    if (here.type !== 'stream' && there.type !== 'stream') {
      report.largestMessage = longestMessage(here, there)
    }
    const largest = attempt(() => {
      here.sendBufferSize = MOST_BYTES
      return here.sendBufferSize
    })
    if (largest !== undefined) report.largestSendBufferSize = largest
    if (here.type !== 'stream' && there.type !== 'stream') {
      report.largestMessageWithLargestBuffer = longestMessage(here, there)
    }
    report.queue = queueLength(type)
    report.descriptors = await mostDescriptors(pair)
    report.passCredentials = attempt(() => (there.passCredentials = true)) ?? false
    report.passPidfd = attempt(() => (there.passPidfd = true)) ?? false
    report.refusesDescriptors = await refusesDescriptors(type)
    return report
  } finally {
    for (const end of pair) end.close()
  }
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}

function longestMessage(here: MessageSocket, there: MessageSocket): number {
  const message = new Uint8Array(LONGEST_MESSAGE)
  const room = new Uint8Array(1)
  const goes = (bytes: number) => {
    const taken = attempt(() => here.trySend(message.subarray(0, bytes)))
    if (taken !== undefined) there.tryRecv(room)
    return taken === bytes
  }
  return mostThat(goes, LONGEST_MESSAGE)
}

/** The largest number up to `limit` that goes, where all below it do. */
function mostThat(goes: (count: number) => boolean, limit: number): number {
  let [sure, over] = [0, limit + 1]
  while (over - sure > 1) {
    const middle = Math.floor((sure + over) / 2)
    if (goes(middle)) sure = middle
    else over = middle
  }
  return sure
}

function queueLength(type: SocketType): number {
  const pair = socketpair(type)
  const [here] = pair
  try {
    const chunk = new Uint8Array(here.type === 'stream' ? 65_536 : 1)
    const step = () => (here.type === 'stream' ? here.tryWrite(chunk) : here.trySend(chunk))
    let sum = 0
    for (let taken = step(); taken !== undefined; taken = attempt(step)) sum += taken
    return sum
  } finally {
    for (const end of pair) end.close()
  }
}

async function mostDescriptors([here, there]: Pair): Promise<number> {
  let [sure, over] = [0, MOST_DESCRIPTORS + 1]
  while (over - sure > 1) {
    const middle = Math.floor((sure + over) / 2)
    if (await passes(here, there, middle)) sure = middle
    else over = middle
  }
  return sure
}

/** Whether a message with so many descriptors goes. They are closed as it is received. */
async function passes(here: AnySocket, there: AnySocket, count: number): Promise<boolean> {
  const fds = new Array<AnySocket>(count).fill(here)
  try {
    if (here.type === 'stream') await here.write('x', { fds })
    else await here.send('x', { fds })
  } catch {
    return false
  }
  if (there.type === 'stream') await there.readMessage(new Uint8Array(1), { maxFds: 0 })
  else await there.recv({ maxFds: 0 })
  return true
}

async function refusesDescriptors(type: SocketType): Promise<boolean> {
  const pair: Pair = socketpair(type)
  const [here, there] = pair
  try {
    there.acceptDescriptors = false
    return !(await passes(here, there, 1))
  } finally {
    for (const end of pair) end.close()
  }
}

/** Which flags socketpair(2) takes in its type. */
export function probeFlags(): Record<string, boolean> {
  const names = ['SOCK_CLOEXEC', 'SOCK_NONBLOCK', 'SOCK_CLOFORK', 'SOCK_NOSIGPIPE'] as const
  return Object.fromEntries(names.map((name) => [name, takesFlag(constants[name])]))
}

function takesFlag(flag: number | undefined): boolean {
  const { AF_UNIX, SOCK_STREAM } = constants
  if (flag === undefined || AF_UNIX === undefined || SOCK_STREAM === undefined) return false
  const pair = attempt(() => socketpair(AF_UNIX, SOCK_STREAM | flag))
  for (const end of pair ?? []) end.close()
  return pair !== undefined
}

/** The limits that hold for this process, as far as the system tells. */
export function probeLimits(): Record<string, number | string> {
  const settings = ['net.core.wmem_default', 'net.core.wmem_max', 'net.unix.max_dgram_qlen']
  const known = settings.flatMap((name): [string, number][] => {
    const path = `/proc/sys/${name.replaceAll('.', '/')}`
    const text = attempt(() => readFileSync(path, 'utf8'))
    return text === undefined ? [] : [[name, Number(text)]]
  })
  return { ...openFiles(), ...Object.fromEntries(known) }
}

interface Report {
  header?: { glibcVersionRuntime?: string }
  userLimits?: { open_files?: { soft?: number | string; hard?: number | string } }
}

let report: Report | undefined

/** What Node knows of its process. It would look up names in the network too. */
function processReport(): Report {
  report ??=
    attempt(() => {
      const { report: reporter } = process as unknown as {
        report: { excludeNetwork?: boolean; getReport(): Report }
      }
      reporter.excludeNetwork = true
      return reporter.getReport()
    }) ?? {}
  return report
}

function openFiles(): Record<string, number | string> {
  const { soft, hard } = processReport().userLimits?.open_files ?? {}
  return {
    ...(soft === undefined ? {} : { openFiles: soft }),
    ...(hard === undefined ? {} : { openFilesAtMost: hard }),
  }
}

/** The C library by name and version. */
export function libc(): string {
  const glibc = processReport().header?.glibcVersionRuntime
  if (glibc !== undefined) return `glibc ${glibc}`
  return process.platform === 'linux' ? 'musl' : "the system's"
}
