/** What a command line ends with when it does not end well. */

/** A message for the user and an exit status, and no stack trace. */
export class Failure extends Error {
  readonly status: number

  constructor(message: string, status = 1) {
    super(message)
    this.status = status
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The code of a system's error, undefined of any other. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code
}

const GONE = new Set(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ENOTCONN'])

/** Whether it says that a program has ended or closed its end, which is no failure of ours. */
export function isGone(error: unknown): boolean {
  return GONE.has(codeOf(error) ?? '')
}
