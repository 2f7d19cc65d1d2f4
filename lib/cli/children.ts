/** The programs that a subcommand runs: started, sent the signals that come, waited for. */
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import type { Socket } from 'socketpair'
import { codeOf, Failure, messageOf } from './failure.js'
import { isInForeground } from './terminal.js'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type PassedSignal = (typeof SIGNALS)[number]

const NOT_FOUND = 127
const NOT_EXECUTABLE = 126
const BY_SIGNAL = 128

/** The status that a shell gives to an end by this signal. */
export function statusOf(signal: NodeJS.Signals): number {
  return BY_SIGNAL + constants.signals[signal]
}

/** Where a command finds its end. */
export interface Place {
  /** The number; undefined for standard input and standard output, both. */
  readonly fd: number | undefined
  /** What the first three are besides. */
  readonly others: readonly ['inherit' | 'ignore', 'inherit' | 2, 'inherit']
}

/** The programs of one call. Made before the first of them starts, as a signal may come at any moment. */
export class Children {
  /** The signal that came first. */
  signal: PassedSignal | undefined
  /** The status of the program that failed first; 0 while none has. */
  status = 0
  /** Settles when a signal has come and every program has ended. */
  readonly interrupted: Promise<void>
  readonly #running = new Set<ChildProcess>()
  readonly #ends: Promise<unknown>[] = []
  #interrupt!: () => void

  constructor() {
    this.interrupted = new Promise((resolve) => (this.#interrupt = resolve))
    for (const signal of SIGNALS) process.on(signal, this.#take)
  }

  /** Starts a command, without a shell. @throws Failure with status 127 or 126 */
  async start([name = '', ...args]: readonly string[], end: Socket, place: Place): Promise<void> {
    let child: ChildProcess
    try {
      child = spawn(name, args, { stdio: stdioOf(end, place), env: environmentFor(place) })
      if (child.pid === undefined) throw (await once(child, 'error'))[0]
    } catch (error) {
      throw cannotStart(name, error)
    }
    this.#running.add(child)
    this.#ends.push(
      new Promise<void>((resolve) => {
        child.once('exit', (code, signal) => {
          this.#running.delete(child)
          this.status ||= signal === null ? (code as number) : statusOf(signal)
          if (this.signal && this.#running.size === 0) this.#interrupt()
          resolve()
        })
      }),
    )
  }

  /** Waits until all have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#ends)
  }

  /** Ends those that run, since another could not be started. */
  async stop(): Promise<void> {
    for (const child of this.#running) child.kill('SIGTERM')
    await this.ended()
  }

  /** Signals are this process's own again. */
  release(): void {
    for (const signal of SIGNALS) process.off(signal, this.#take)
  }

  readonly #take = (signal: PassedSignal): void => {
    this.signal ??= signal
    if (this.#running.size === 0) return this.#interrupt()
    // A terminal sends Ctrl-C to its whole foreground group. A program that was sent a second SIGINT would
    // give up cleaning up, so the terminal alone sends it to those of that group, every time.
    const isTerminals = signal === 'SIGINT' && isInForeground(process.pid)
    for (const child of this.#running) {
      if (!isTerminals || !isInForeground(child.pid as number)) child.kill(signal)
    }
  }
}

function stdioOf({ fd: end }: Socket, { fd, others }: Place): StdioOptions {
  if (fd === undefined) return [end, end, 'inherit']
  const stdio: (string | number)[] = [...others]
  while (stdio.length < fd) stdio.push('ignore')
  stdio[fd] = end
  return stdio as StdioOptions
}

/** As the package's own `spawn` tells a child, so that `inheritedSocket()` finds it. */
function environmentFor({ fd = 0 }: Place): NodeJS.ProcessEnv {
  const { SOCKETPAIR_FDS: _, ...inherited } = process.env
  return { ...inherited, SOCKETPAIR_FD: String(fd) }
}

function cannotStart(name: string, error: unknown): Failure {
  const code = codeOf(error)
  if (code === 'ENOENT') return new Failure(`${name}: command not found`, NOT_FOUND)
  const known: Record<string, string> = {
    EACCES: 'permission denied',
    ENOEXEC: 'not a program that the system can run',
  }
  return new Failure(`${name}: ${known[code ?? ''] ?? messageOf(error)}`, NOT_EXECUTABLE)
}
